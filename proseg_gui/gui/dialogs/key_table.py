"""Which keys give which command: the program's own, and what a person chose instead. A key gives one command. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class KeyTable:
    """Immutable: every change gives another table.

    Parameters
    ----------
    own:
        Command -> the keys that the program gives it, as Qt writes them (``Ctrl+Shift+Z``).
    chosen:
        What was chosen instead, as :meth:`stored` gives it: ``command=key|key``. Entries that are no such text, and
        a key that an entry before took, are left out. A chosen key is taken from the command whose own it is.
    """

    def __init__(self, own: Mapping[str, Sequence[str]], chosen: Sequence[str] = ()) -> None:
        self._own = {name: tuple(keys) for name, keys in own.items()}
        self._chosen: dict[str, tuple[str, ...]] = {}
        taken: set[str] = set()
        for entry in chosen:
            name, sign, keys = entry.partition("=")
            if sign and name not in self._chosen:
                self._chosen[name] = tuple(key for key in dict.fromkeys(keys.split("|")) if key and key not in taken)
                taken.update(self._chosen[name] if name in self._own else ())
        self._keys = {
            name: self._chosen.get(name, tuple(key for key in keys if key not in taken))
            for name, keys in self._own.items()
        }

    def of(self, name: str) -> tuple[str, ...]:
        """The keys that give a command."""
        return self._keys[name]

    def is_own(self, name: str) -> bool:
        """Whether a command has the keys that the program gives it."""
        return self._keys[name] == self._own[name]

    def holder(self, key: str) -> str | None:
        """The command that a key gives."""
        return next((name for name, keys in self._keys.items() if key in keys), None)

    def with_keys(self, name: str, keys: Sequence[str]) -> KeyTable:
        """The table in which ``keys`` give this command, whatever they gave before."""
        chosen = {other: tuple(key for key in had if key not in keys) for other, had in self._chosen.items()}
        chosen.pop(name, None)
        entries = [f"{name}={'|'.join(keys)}", *_entries(chosen)]
        return KeyTable(self._own, entries).tidied()

    def reset(self, name: str) -> KeyTable:
        """The table in which a command has its own keys again, also where another one was given them."""
        chosen = {
            other: tuple(key for key in had if key not in self._own[name])
            for other, had in self._chosen.items()
            if other != name
        }
        return KeyTable(self._own, _entries(chosen)).tidied()

    def reset_all(self) -> KeyTable:
        """The program's own table."""
        return KeyTable(self._own)

    def tidied(self) -> KeyTable:
        """Without choices that are the program's own keys."""
        return KeyTable(
            self._own,
            _entries({name: keys for name, keys in self._chosen.items() if keys != self._own.get(name)}),
        )

    def stored(self) -> tuple[str, ...]:
        """What differs from the program's own, for the settings."""
        return tuple(_entries(self._chosen))


def _entries(chosen: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"{name}={'|'.join(keys)}" for name, keys in chosen.items()]
