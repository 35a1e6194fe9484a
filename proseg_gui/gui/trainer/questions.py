"""Dialogs of the Trainer tab: what is asked before something is lost, and the log of a training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QMessageBox, QPlainTextEdit, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame
from proseg_gui.gui.language import tr


def confirm(title: str, text: str, yes: str, then: Callable[[], Any], parent: QWidget) -> QMessageBox:
    """A question whose answer ``yes`` calls ``then()``."""
    box = QMessageBox(QMessageBox.Icon.Question, tr("Trainer"), title, parent=parent)
    box.setInformativeText(text)
    agreed = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.buttonClicked.connect(lambda button: then() if button is agreed else None)
    return box


def before_closing(stop: Callable[[], Any], close: Callable[[], Any], parent: QWidget) -> QMessageBox:
    """What becomes of a running training: ``stop()`` it, which closes when that is asked for; ``close()``; or stay."""
    box = QMessageBox(QMessageBox.Icon.Question, tr("Trainer"), tr("A training is running"), parent=parent)
    box.setInformativeText(tr("It can go on without this window; the next start of proseg-gui finds it again."))
    box.addButton(tr("Keep running"), QMessageBox.ButtonRole.AcceptRole)
    stopping = box.addButton(tr("Stop and save"), QMessageBox.ButtonRole.ActionRole)
    staying = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)

    def answered(button: object) -> None:
        if button is stopping:
            stop()
        elif button is not staying:
            close()

    box.buttonClicked.connect(answered)
    return box


def log_dialog(name: str, text: str, parent: QWidget) -> DialogFrame:
    """What a training printed, to read and to copy."""
    dialog = DialogFrame(tr("Log of {name}").format(name=name), parent)
    field = QPlainTextEdit(text)
    field.setReadOnly(True)
    field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    dialog.body.addWidget(field, 1)
    dialog.add_button(tr("Close"), primary=True).clicked.connect(dialog.accept)
    dialog.resize(760, 460)
    return dialog
