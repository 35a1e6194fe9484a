<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Review of segmentations by several raters: how each would draw, what the image leaves open, and how sure anybody can be.</source>
        <translation>Durchsicht von Segmentierungen mehrerer Rater: wie jeder zeichnen würde, was das Bild offen lässt, und wie sicher man sein kann.</translation>
    </message>
    <message>
        <source>Do not use it for decisions about patients.</source>
        <translation>Nicht für Entscheidungen über Patienten verwenden.</translation>
    </message>
    <message>
        <source>About proseg-gui</source>
        <translation>Über proseg-gui</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>How to cite</source>
        <translation>So wird zitiert</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Copy versions</source>
        <translation>Versionen kopieren</translation>
    </message>
    <message>
        <source>Copy citation</source>
        <translation>Zitat kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>Befehl suchen</translation>
    </message>
    <message>
        <source>Type a part of a command&apos;s name</source>
        <translation>Einen Teil des Namens eines Befehls eingeben</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>No command answers to that</source>
        <translation>Kein Befehl passt dazu</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Dice</source>
        <translation>Dice</translation>
    </message>
    <message>
        <source>Overlap of the volumes: 1 is the same, 0 nothing shared</source>
        <translation>Überlappung der Volumen: 1 ist gleich, 0 nichts gemeinsam</translation>
    </message>
    <message>
        <source>Surface Dice</source>
        <translation>Oberflächen-Dice</translation>
    </message>
    <message>
        <source>Share of both surfaces that lies within {mm:g} mm of the other</source>
        <translation>Anteil beider Oberflächen, der höchstens {mm:g} mm von der anderen entfernt liegt</translation>
    </message>
    <message>
        <source>HD95 (mm)</source>
        <translation>HD95 (mm)</translation>
    </message>
    <message>
        <source>95 % of each surface lie at most this far from the other; ∞ where one is empty</source>
        <translation>95 % jeder Oberfläche liegen höchstens so weit von der anderen; ∞, wo eine leer ist</translation>
    </message>
    <message>
        <source>ASSD (mm)</source>
        <translation>ASSD (mm)</translation>
    </message>
    <message>
        <source>Mean distance between the surfaces; ∞ where one is empty</source>
        <translation>Mittlerer Abstand der Oberflächen; ∞, wo eine leer ist</translation>
    </message>
    <message>
        <source>Volume (ml)</source>
        <translation>Volumen (ml)</translation>
    </message>
    <message>
        <source>The contour&apos;s volume minus the mask&apos;s</source>
        <translation>Das Volumen der Kontur minus das der Maske</translation>
    </message>
    <message>
        <source>Agreement with given masks</source>
        <translation>Übereinstimmung mit gegebenen Masken</translation>
    </message>
    <message>
        <source>Current contour</source>
        <translation>Aktuelle Kontur</translation>
    </message>
    <message>
        <source>Figure of the presets</source>
        <translation>Maß der Voreinstellungen</translation>
    </message>
    <message>
        <source>Presets of the raters</source>
        <translation>Voreinstellungen der Rater</translation>
    </message>
    <message>
        <source>Each rater&apos;s preset</source>
        <translation>Die Voreinstellung jedes Raters</translation>
    </message>
    <message>
        <source>Bold: a rater&apos;s preset against that rater&apos;s own masks.</source>
        <translation>Fett: die Voreinstellung eines Raters gegen seine eigenen Masken.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy both tables as text with tabs, for a spreadsheet</source>
        <translation>Beide Tabellen als Text mit Tabulatoren kopieren, für eine Tabellenkalkulation</translation>
    </message>
    <message>
        <source>Current contour
{current}

Presets: {figure}
{presets}
</source>
        <translation>Aktuelle Kontur
{current}

Voreinstellungen: {figure}
{presets}
</translation>
    </message>
    <message>
        <source>Copy the message and its details</source>
        <translation>Die Meldung und ihre Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Press the new key here</source>
        <translation>Hier die neue Taste drücken</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>Neue Taste</translation>
    </message>
    <message>
        <source>Change keys</source>
        <translation>Tasten ändern</translation>
    </message>
    <message>
        <source>Find a command, or type a key such as Ctrl+E</source>
        <translation>Befehl suchen, oder eine Taste wie Ctrl+E eingeben</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Use as well</source>
        <translation>Zusätzlich</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>Keine Taste</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>The keys that it has stay too</source>
        <translation>Die bisherigen Tasten bleiben auch</translation>
    </message>
    <message>
        <source>The keys that the program gives it</source>
        <translation>Die Tasten, die das Programm vorsieht</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source>Drawings of raters of this case, as in the table</source>
        <translation>Zeichnungen von Ratern dieses Falls, wie in der Tabelle</translation>
    </message>
    <message>
        <source>The reference to compare the current contour with</source>
        <translation>Die Referenz, mit der die aktuelle Kontur verglichen wird</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Bereich</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Rater</source>
        <translation>Rater</translation>
    </message>
    <message>
        <source>Structure</source>
        <translation>Struktur</translation>
    </message>
    <message>
        <source>Contours on this scan</source>
        <translation>Konturen zu diesem Scan</translation>
    </message>
    <message>
        <source>regions of {raters} raters lie</source>
        <translation>Bereiche von {raters} Ratern liegen</translation>
    </message>
    <message>
        <source>regions lie</source>
        <translation>Bereiche liegen</translation>
    </message>
    <message>
        <source>region lies</source>
        <translation>Bereich liegt</translation>
    </message>
    <message>
        <source>{count} on this scan. What are they?</source>
        <translation>{count} auf diesem Scan. Was ist das?</translation>
    </message>
    <message>
        <source>Region to compare with</source>
        <translation>Bereich zum Vergleichen</translation>
    </message>
    <message>
        <source>It is compared with the contour of {compared!r}.</source>
        <translation>Er wird mit der Kontur von {compared!r} verglichen.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Who drew what</source>
        <translation>Wer was gezeichnet hat</translation>
    </message>
    <message>
        <source>That sign cannot be a key here</source>
        <translation>Dieses Zeichen kann hier keine Taste sein</translation>
    </message>
    <message>
        <source>{key} gives this command already</source>
        <translation>{key} gibt diesen Befehl schon</translation>
    </message>
    <message>
        <source>{key} gives {other} now</source>
        <translation>{key} gibt jetzt {other}</translation>
    </message>
    <message>
        <source>Take it from {other}</source>
        <translation>{other} wegnehmen</translation>
    </message>
    <message>
        <source>Keys and mouse</source>
        <translation>Tasten und Maus</translation>
    </message>
    <message>
        <source>Change keys…</source>
        <translation>Tasten ändern…</translation>
    </message>
    <message>
        <source>Skip the tour</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Tour, {number} of {all}</source>
        <translation>Rundgang, {number} von {all}</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Open a scan with a model to see what the image leaves open.</source>
        <translation>Öffnen Sie einen Scan mit einem Modell, um zu sehen, was das Bild offen lässt.</translation>
    </message>
    <message>
        <source>This model does not tell what the image leaves open: only raters differ.</source>
        <translation>Dieses Modell sagt nicht, was das Bild offen lässt: nur die Rater unterscheiden sich.</translation>
    </message>
    <message>
        <source>What the image leaves open is being measured.</source>
        <translation>Was das Bild offen lässt, wird gemessen.</translation>
    </message>
    <message>
        <source>At this preference the image leaves nothing open: no direction explains 2 % or more.</source>
        <translation>Bei dieser Vorliebe lässt das Bild nichts offen: keine Richtung erklärt 2 % oder mehr.</translation>
    </message>
    <message>
        <source>This model makes a draw step by step: Random makes another, Reset shows what all draws have in common.</source>
        <translation>Dieses Modell macht eine Ziehung Schritt für Schritt: Zufall macht eine andere, Zurücksetzen zeigt, was allen gemeinsam ist.</translation>
    </message>
    <message>
        <source>Ambiguity</source>
        <translation>Mehrdeutigkeit</translation>
    </message>
    <message>
        <source>what the image leaves open</source>
        <translation>was das Bild offen lässt</translation>
    </message>
    <message>
        <source>left open by the image</source>
        <translation>offen im Bild</translation>
    </message>
    <message>
        <source>this image&apos;s ambiguity</source>
        <translation>der Mehrdeutigkeit dieses Bildes</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>Zufall</translation>
    </message>
    <message>
        <source>One random draw of what the image leaves open</source>
        <translation>Ein zufälliger Zug aus dem, was das Bild offen lässt</translation>
    </message>
    <message>
        <source>All sliders back to 0: the most typical contour</source>
        <translation>Alle Regler zurück auf 0: die typischste Kontur</translation>
    </message>
    <message>
        <source>Remember</source>
        <translation>Merken</translation>
    </message>
    <message>
        <source>Keep this setting, preference and ambiguity, in the strip</source>
        <translation>Diese Einstellung, Vorliebe und Mehrdeutigkeit, im Streifen behalten</translation>
    </message>
    <message>
        <source>Measurements</source>
        <translation>Messwerte</translation>
    </message>
    <message>
        <source>Figures of the current contour appear here.</source>
        <translation>Hier erscheinen die Maße der aktuellen Kontur.</translation>
    </message>
    <message>
        <source>Mask to compare with</source>
        <translation>Maske zum Vergleichen</translation>
    </message>
    <message>
        <source>choose a mask</source>
        <translation>Maske wählen</translation>
    </message>
    <message>
        <source>Mask to compare the current contour with</source>
        <translation>Maske, mit der die aktuelle Kontur verglichen wird</translation>
    </message>
    <message>
        <source>Dice to</source>
        <translation>Dice zu</translation>
    </message>
    <message>
        <source>All figures…</source>
        <translation>Alle Maße…</translation>
    </message>
    <message>
        <source>Dice, surface distances and volume of the current contour and of every rater&apos;s preset against each given mask</source>
        <translation>Dice, Oberflächenabstände und Volumen der aktuellen Kontur und der Voreinstellung jedes Raters gegen jede gegebene Maske</translation>
    </message>
    <message>
        <source>Open a scan with a model to choose who draws.</source>
        <translation>Öffnen Sie einen Scan mit einem Modell, um zu wählen, wer zeichnet.</translation>
    </message>
    <message>
        <source>This model draws the same for everybody.</source>
        <translation>Dieses Modell zeichnet für alle gleich.</translation>
    </message>
    <message>
        <source>This model knows no single rater: choose how many of them should agree.</source>
        <translation>Dieses Modell kennt keinen einzelnen Rater: wählen Sie, wie viele übereinstimmen sollen.</translation>
    </message>
    <message>
        <source>This model knows no single rater: choose one of its own readings, or as it weighs them.</source>
        <translation>Dieses Modell kennt keinen einzelnen Rater: wählen Sie einen seiner eigenen Befunde, oder wie es sie gewichtet.</translation>
    </message>
    <message>
        <source>Draw as {rater} does</source>
        <translation>Zeichnen wie {rater}</translation>
    </message>
    <message>
        <source>beside the others, in training: {style}</source>
        <translation>neben den anderen, im Training: {style}</translation>
    </message>
    <message>
        <source>{n} others {share}</source>
        <translation>{n} weitere {share}</translation>
    </message>
    <message>
        <source>Preference</source>
        <translation>Vorliebe</translation>
    </message>
    <message>
        <source>who draws</source>
        <translation>wer zeichnet</translation>
    </message>
    <message>
        <source>The mean of all raters&apos; preferences</source>
        <translation>Das Mittel der Vorlieben aller Rater</translation>
    </message>
    <message>
        <source>Blend</source>
        <translation>Mischung</translation>
    </message>
    <message>
        <source>Draw sample</source>
        <translation>Stichprobe ziehen</translation>
    </message>
    <message>
        <source>raters&apos; spread</source>
        <translation>der Streuung der Rater</translation>
    </message>
    <message>
        <source>A draw of {rater}</source>
        <translation>Ein Zug von {rater}</translation>
    </message>
    <message>
        <source>As described</source>
        <translation>Wie beschrieben</translation>
    </message>
    <message>
        <source>Not a blend of raters</source>
        <translation>Keine Mischung von Ratern</translation>
    </message>
    <message>
        <source>Not a blend</source>
        <translation>Keine Mischung</translation>
    </message>
    <message>
        <source>Draw one reading of {who}: a random preference out of this rater&apos;s own spread</source>
        <translation>Einen Befund von {who} ziehen: eine zufällige Vorliebe aus der eigenen Streuung dieses Raters</translation>
    </message>
    <message>
        <source>Choose a rater first: a sample is drawn out of one rater&apos;s own spread</source>
        <translation>Zuerst einen Rater wählen: gezogen wird aus der eigenen Streuung eines Raters</translation>
    </message>
    <message>
        <source>This slice is not surveyed yet</source>
        <translation>Diese Schicht ist noch nicht erhoben</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Anzeigen</translation>
    </message>
    <message>
        <source>current</source>
        <translation>aktuell</translation>
    </message>
    <message>
        <source>The contour at the present preference and ambiguity</source>
        <translation>Die Kontur bei der jetzigen Vorliebe und Mehrdeutigkeit</translation>
    </message>
    <message>
        <source>inner/outer</source>
        <translation>innen/außen</translation>
    </message>
    <message>
        <source>Dashed: what most and few readings include; white: their median</source>
        <translation>Gestrichelt: was die meisten und was wenige Befunde enthalten; weiß: ihr Median</translation>
    </message>
    <message>
        <source>Share of readings that include the inner line</source>
        <translation>Anteil der Befunde, die die innere Linie enthalten</translation>
    </message>
    <message>
        <source>Share of readings that include the outer line</source>
        <translation>Anteil der Befunde, die die äußere Linie enthalten</translation>
    </message>
    <message>
        <source>Thin lines: single readings, spread evenly over raters</source>
        <translation>Dünne Linien: einzelne Befunde, gleichmäßig über die Rater verteilt</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>Masks given with the case</source>
        <translation>Mitgelieferte Masken</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>Füllung</translation>
    </message>
    <message>
        <source>How strongly the current structure is filled</source>
        <translation>Wie kräftig die aktuelle Struktur gefüllt ist</translation>
    </message>
    <message>
        <source>Width of the current contour</source>
        <translation>Breite der aktuellen Kontur</translation>
    </message>
    <message>
        <source>Line width</source>
        <translation>Linienbreite</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>Linie</translation>
    </message>
    <message>
        <source>sample</source>
        <translation>Stichprobe</translation>
    </message>
    <message>
        <source>samples</source>
        <translation>Stichproben</translation>
    </message>
    <message>
        <source>{inner} and {outer} of readings include these lines</source>
        <translation>{inner} und {outer} der Befunde enthalten diese Linien</translation>
    </message>
    <message>
        <source>How the model says {rater} draws</source>
        <translation>Wie das Modell sagt, dass {rater} zeichnet</translation>
    </message>
    <message>
        <source>The mask by {rater}</source>
        <translation>Die Maske von {rater}</translation>
    </message>
    <message>
        <source>Structures</source>
        <translation>Strukturen</translation>
    </message>
    <message>
        <source>Variance</source>
        <translation>Varianz</translation>
    </message>
    <message>
        <source>Variance of inclusion; the colour scale runs from 0 to 0.25</source>
        <translation>Varianz des Einschlusses; die Farbskala reicht von 0 bis 0.25</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>Entropie</translation>
    </message>
    <message>
        <source>Entropy of inclusion in nats; the colour scale runs from 0 to 0.69 (ln 2)</source>
        <translation>Entropie des Einschlusses in nats; die Farbskala reicht von 0 bis 0.69 (ln 2)</translation>
    </message>
    <message>
        <source>Not computed yet</source>
        <translation>Noch nicht berechnet</translation>
    </message>
    <message>
        <source>Open a scan with a model to see why it is uncertain.</source>
        <translation>Öffnen Sie einen Scan mit einem Modell, um zu sehen, warum er unsicher ist.</translation>
    </message>
    <message>
        <source>Shares of the total uncertainty: {words}</source>
        <translation>Anteile an der gesamten Unsicherheit: {words}</translation>
    </message>
    <message>
        <source>Shares not computed yet</source>
        <translation>Anteile noch nicht berechnet</translation>
    </message>
    <message>
        <source>Click to draw this map</source>
        <translation>Klicken, um diese Karte zu zeichnen</translation>
    </message>
    <message>
        <source>Why uncertain</source>
        <translation>Warum unsicher</translation>
    </message>
    <message>
        <source>share of total · choose a map</source>
        <translation>Anteil am Ganzen · Karte wählen</translation>
    </message>
    <message>
        <source>choose a map</source>
        <translation>Karte wählen</translation>
    </message>
    <message>
        <source>Survey of all slices</source>
        <translation>Erhebung über alle Schichten</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>How strongly the map covers the scan</source>
        <translation>Wie kräftig die Karte den Scan bedeckt</translation>
    </message>
    <message>
        <source>Above</source>
        <translation>Ab</translation>
    </message>
    <message>
        <source>Hide the map below this share of its colour scale</source>
        <translation>Die Karte unter diesem Anteil ihrer Farbskala verbergen</translation>
    </message>
    <message>
        <source>Shares of the total {form}, over all slices surveyed</source>
        <translation>Anteile am Ganzen ({form}), über alle erhobenen Schichten</translation>
    </message>
    <message>
        <source>most doubtful first</source>
        <translation>unsicherste zuerst</translation>
    </message>
    <message>
        <source>by doubt</source>
        <translation>nach Zweifel</translation>
    </message>
    <message>
        <source>by name</source>
        <translation>nach Name</translation>
    </message>
    <message>
        <source>by state</source>
        <translation>nach Stand</translation>
    </message>
    <message>
        <source>Worklist</source>
        <translation>Arbeitsliste</translation>
    </message>
    <message>
        <source>Sort the worklist</source>
        <translation>Arbeitsliste sortieren</translation>
    </message>
    <message>
        <source>Open a folder of cases to work through them, the most doubtful first.</source>
        <translation>Öffnen Sie einen Ordner mit Fällen, um sie durchzuarbeiten, die unsichersten zuerst.</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>noch nicht gemessen</translation>
    </message>
    <message>
        <source>doubt {doubt:.0f} %</source>
        <translation>Zweifel {doubt:.0f} %</translation>
    </message>
    <message>
        <source>{state}, flagged</source>
        <translation>{state}, markiert</translation>
    </message>
    <message>
        <source>Take the flag away</source>
        <translation>Markierung wegnehmen</translation>
    </message>
    <message>
        <source>Flag</source>
        <translation>Markieren</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Case</source>
        <translation>&amp;Fall</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>&amp;Werkzeuge</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Soft tissue</source>
        <translation>Weichteile</translation>
    </message>
    <message>
        <source>Lung</source>
        <translation>Lunge</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>Knochen</translation>
    </message>
    <message>
        <source>Brain</source>
        <translation>Gehirn</translation>
    </message>
    <message>
        <source>Mediastinum</source>
        <translation>Mediastinum</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Rad</translation>
    </message>
    <message>
        <source>Previous / next slice</source>
        <translation>Vorige / nächste Schicht</translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation>Strg + Rad</translation>
    </message>
    <message>
        <source>Zoom at the cursor</source>
        <translation>Zoomen an der Stelle des Zeigers</translation>
    </message>
    <message>
        <source>Middle drag</source>
        <translation>Mitte ziehen</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Right drag</source>
        <translation>Rechts ziehen</translation>
    </message>
    <message>
        <source>Window / level (or zoom: View &gt; Right drag zooms)</source>
        <translation>Fenster / Lage (oder Zoom: Ansicht &gt; Rechts ziehen zoomt)</translation>
    </message>
    <message>
        <source>Drag</source>
        <translation>Ziehen</translation>
    </message>
    <message>
        <source>draws</source>
        <translation>zeichnet</translation>
    </message>
    <message>
        <source>Ctrl + drag</source>
        <translation>Strg + Ziehen</translation>
    </message>
    <message>
        <source>erases</source>
        <translation>radiert</translation>
    </message>
    <message>
        <source>Shift + wheel</source>
        <translation>Umschalt + Rad</translation>
    </message>
    <message>
        <source>sizes the brush</source>
        <translation>ändert die Größe des Pinsels</translation>
    </message>
    <message>
        <source>sizes the eraser</source>
        <translation>ändert die Größe des Radierers</translation>
    </message>
    <message>
        <source>gives back to the model what was drawn</source>
        <translation>gibt dem Modell zurück, was gezeichnet war</translation>
    </message>
    <message>
        <source>sizes the circle</source>
        <translation>ändert die Größe des Kreises</translation>
    </message>
    <message>
        <source>surrounds freely</source>
        <translation>umfährt frei</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>Klicks</translation>
    </message>
    <message>
        <source>set corners</source>
        <translation>setzen Ecken</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>closes</source>
        <translation>schließt</translation>
    </message>
    <message>
        <source>Ctrl + first</source>
        <translation>Strg + beim ersten</translation>
    </message>
    <message>
        <source>cuts away</source>
        <translation>schneidet weg</translation>
    </message>
    <message>
        <source>draws within the range of values</source>
        <translation>zeichnet innerhalb des Wertebereichs</translation>
    </message>
    <message>
        <source>erases there</source>
        <translation>radiert dort</translation>
    </message>
    <message>
        <source>Click</source>
        <translation>Klick</translation>
    </message>
    <message>
        <source>fills what is connected within the range</source>
        <translation>füllt, was innerhalb des Bereichs zusammenhängt</translation>
    </message>
    <message>
        <source>Ctrl + click</source>
        <translation>Strg + Klick</translation>
    </message>
    <message>
        <source>cuts it away</source>
        <translation>schneidet es weg</translation>
    </message>
    <message>
        <source>says that this is in</source>
        <translation>sagt, dass dies dazugehört</translation>
    </message>
    <message>
        <source>Right click, Shift + click</source>
        <translation>Rechtsklick, Umschalt + Klick</translation>
    </message>
    <message>
        <source>says that this is out</source>
        <translation>sagt, dass dies nicht dazugehört</translation>
    </message>
    <message>
        <source>draws a box around what is meant</source>
        <translation>zieht einen Kasten um das, was gemeint ist</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>Radierer</translation>
    </message>
    <message>
        <source>Back to the model</source>
        <translation>Zurück zum Modell</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Threshold brush</source>
        <translation>Schwellenpinsel</translation>
    </message>
    <message>
        <source>Flood fill</source>
        <translation>Flächenfüllung</translation>
    </message>
    <message>
        <source>Click on what is meant</source>
        <translation>Anklicken, was gemeint ist</translation>
    </message>
    <message>
        <source>lays it down</source>
        <translation>legt es weg</translation>
    </message>
    <message>
        <source>Radius in mm (Shift+wheel, [ and ])</source>
        <translation>Radius in mm (Umschalt+Rad, [ und ])</translation>
    </message>
    <message>
        <source>3D: a ball through neighbouring slices (V)</source>
        <translation>3D: eine Kugel durch benachbarte Schichten (V)</translation>
    </message>
    <message>
        <source>Lowest value that is drawn on</source>
        <translation>Niedrigster Wert, auf dem gezeichnet wird</translation>
    </message>
    <message>
        <source>Highest value that is drawn on</source>
        <translation>Höchster Wert, auf dem gezeichnet wird</translation>
    </message>
    <message>
        <source>values</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>From contour</source>
        <translation>Aus der Kontur</translation>
    </message>
    <message>
        <source>Take the range from the values inside the contour on this slice</source>
        <translation>Den Bereich aus den Werten innerhalb der Kontur auf dieser Schicht nehmen</translation>
    </message>
    <message>
        <source>How far a fill goes from where you click</source>
        <translation>Wie weit eine Füllung vom Klick aus reicht</translation>
    </message>
    <message>
        <source>within </source>
        <translation>im Umkreis </translation>
    </message>
    <message>
        <source>Clear clicks</source>
        <translation>Klicks löschen</translation>
    </message>
    <message>
        <source>Forget all clicks and the box: the consensus style comes back</source>
        <translation>Alle Klicks und den Kasten vergessen: der Konsensstil kommt zurück</translation>
    </message>
    <message>
        <source>Grow, smooth, fill, combine, copy: the whole structure</source>
        <translation>Wachsen, glätten, füllen, verknüpfen, kopieren: die ganze Struktur</translation>
    </message>
    <message>
        <source>values: as around the click</source>
        <translation>Werte: wie um den Klick</translation>
    </message>
    <message>
        <source>values: all</source>
        <translation>Werte: alle</translation>
    </message>
    <message>
        <source>One pane / two panes</source>
        <translation>Ein Bild / zwei Bilder</translation>
    </message>
    <message>
        <source>Bring Review to the front first</source>
        <translation>Zuerst Review nach vorn holen</translation>
    </message>
    <message>
        <source>Mouse</source>
        <translation>Maus</translation>
    </message>
    <message>
        <source>&amp;Open scan…</source>
        <translation>Scan ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Files of a scan, or of several channels</source>
        <translation>Dateien eines Scans oder mehrerer Kanäle</translation>
    </message>
    <message>
        <source>load image NIfTI DICOM NRRD</source>
        <translation>laden Bild Aufnahme NIfTI DICOM NRRD</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>&amp;Ordner öffnen…</translation>
    </message>
    <message>
        <source>A DICOM folder, a case, or a whole dataset folder</source>
        <translation>Ein DICOM-Ordner, ein Fall oder ein ganzer Datensatz</translation>
    </message>
    <message>
        <source>load directory series worklist</source>
        <translation>laden Verzeichnis Serie Arbeitsliste</translation>
    </message>
    <message>
        <source>Open the &amp;demo</source>
        <translation>&amp;Demo öffnen</translation>
    </message>
    <message>
        <source>The simulated scan with its four raters</source>
        <translation>Der simulierte Scan mit seinen vier Ratern</translation>
    </message>
    <message>
        <source>example phantom sample data</source>
        <translation>Beispiel Phantom Probe</translation>
    </message>
    <message>
        <source>Open &amp;contours on this scan…</source>
        <translation>&amp;Konturen zu diesem Scan öffnen…</translation>
    </message>
    <message>
        <source>RTSTRUCT, SEG, label maps or LIDC readings, as raters or as the reference</source>
        <translation>RTSTRUCT, SEG, Labelkarten oder LIDC-Befunde, als Rater oder als Referenz</translation>
    </message>
    <message>
        <source>load masks segmentation structure set labels</source>
        <translation>laden Masken Segmentierung Struktursatz Umriss</translation>
    </message>
    <message>
        <source>Choose &amp;model…</source>
        <translation>&amp;Modell wählen…</translation>
    </message>
    <message>
        <source>Which model looks at the scan</source>
        <translation>Welches Modell den Scan ansieht</translation>
    </message>
    <message>
        <source>network bundle weights</source>
        <translation>Netz Gewichte</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren…</translation>
    </message>
    <message>
        <source>Contours, samples and maps to NIfTI, RTSTRUCT or SEG</source>
        <translation>Konturen, Stichproben und Karten nach NIfTI, RTSTRUCT oder SEG</translation>
    </message>
    <message>
        <source>save write DICOM masks</source>
        <translation>speichern schreiben DICOM Masken</translation>
    </message>
    <message>
        <source>Structures in &amp;figures…</source>
        <translation>Strukturen in &amp;Zahlen…</translation>
    </message>
    <message>
        <source>Volume, place and values of every structure; as CSV too</source>
        <translation>Volumen, Ort und Werte jeder Struktur; auch als CSV</translation>
    </message>
    <message>
        <source>statistics hu mean volume table measure</source>
        <translation>Statistik HU Mittel Volumen Tabelle messen</translation>
    </message>
    <message>
        <source>&amp;Given masks against each other…</source>
        <translation>Mitgelieferte Masken &amp;gegeneinander…</translation>
    </message>
    <message>
        <source>Every pair with Dice, surface Dice, HD95 and volumes, as a CSV table</source>
        <translation>Jedes Paar mit Dice, Oberflächen-Dice, HD95 und Volumen, als CSV-Tabelle</translation>
    </message>
    <message>
        <source>compare agreement interobserver table csv</source>
        <translation>vergleichen Übereinstimmung Interobserver Tabelle csv</translation>
    </message>
    <message>
        <source>Save &amp;latents…</source>
        <translation>&amp;Latente Größen speichern…</translation>
    </message>
    <message>
        <source>The sliders&apos; setting to a file, from which predict draws the same</source>
        <translation>Die Reglerstellung in eine Datei, aus der predict dasselbe zeichnet</translation>
    </message>
    <message>
        <source>sliders setting point</source>
        <translation>Regler Einstellung Punkt</translation>
    </message>
    <message>
        <source>Load l&amp;atents…</source>
        <translation>L&amp;atente Größen laden…</translation>
    </message>
    <message>
        <source>The sliders&apos; setting from such a file</source>
        <translation>Die Reglerstellung aus einer solchen Datei</translation>
    </message>
    <message>
        <source>sliders setting point open</source>
        <translation>Regler Einstellung Punkt öffnen</translation>
    </message>
    <message>
        <source>Open pro&amp;ject…</source>
        <translation>Pro&amp;jekt öffnen…</translation>
    </message>
    <message>
        <source>A project file, with the work on its cases</source>
        <translation>Eine Projektdatei mit der Arbeit an ihren Fällen</translation>
    </message>
    <message>
        <source>workspace database</source>
        <translation>Arbeitsbereich Datenbank</translation>
    </message>
    <message>
        <source>Pri&amp;vate project</source>
        <translation>Pri&amp;vates Projekt</translation>
    </message>
    <message>
        <source>Back to the project that this account always has</source>
        <translation>Zurück zum Projekt, das dieses Konto immer hat</translation>
    </message>
    <message>
        <source>workspace own</source>
        <translation>Arbeitsbereich eigenes</translation>
    </message>
    <message>
        <source>Save project &amp;as…</source>
        <translation>Projekt speichern &amp;unter…</translation>
    </message>
    <message>
        <source>The work goes on in the new file</source>
        <translation>Die Arbeit geht in der neuen Datei weiter</translation>
    </message>
    <message>
        <source>copy workspace</source>
        <translation>Kopie Arbeitsbereich</translation>
    </message>
    <message>
        <source>Save a copy to s&amp;hare…</source>
        <translation>Kopie zum &amp;Weitergeben speichern…</translation>
    </message>
    <message>
        <source>For others: without paths, names and what says whose images they are</source>
        <translation>Für andere: ohne Pfade, Namen und ohne das, was sagt, wessen Bilder es sind</translation>
    </message>
    <message>
        <source>de-identify anonymise project</source>
        <translation>anonymisieren pseudonymisieren teilen</translation>
    </message>
    <message>
        <source>Collect images of this case</source>
        <translation>Bilder dieses Falls einsammeln</translation>
    </message>
    <message>
        <source>Copies them beside the project, so that it can be moved</source>
        <translation>Kopiert sie neben das Projekt, damit es umziehen kann</translation>
    </message>
    <message>
        <source>copy bundle project</source>
        <translation>kopieren Projekt</translation>
    </message>
    <message>
        <source>Remove this case…</source>
        <translation>Diesen Fall entfernen…</translation>
    </message>
    <message>
        <source>From the project, with its work</source>
        <translation>Aus dem Projekt, mit der Arbeit daran</translation>
    </message>
    <message>
        <source>delete case</source>
        <translation>löschen Fall</translation>
    </message>
    <message>
        <source>Clear &amp;traces</source>
        <translation>&amp;Spuren löschen</translation>
    </message>
    <message>
        <source>Forget recent files and where cases lie; work stays</source>
        <translation>Letzte Dateien und Orte der Fälle vergessen; die Arbeit bleibt</translation>
    </message>
    <message>
        <source>privacy history recent delete</source>
        <translation>Datenschutz Verlauf löschen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>A running training is asked about first</source>
        <translation>Nach einem laufenden Training wird vorher gefragt</translation>
    </message>
    <message>
        <source>exit close</source>
        <translation>Ende schließen</translation>
    </message>
    <message>
        <source>Archi&amp;ve (PACS)…</source>
        <translation>Archi&amp;v (PACS)…</translation>
    </message>
    <message>
        <source>Find, fetch and send by DICOMweb or DIMSE</source>
        <translation>Suchen, holen und senden mit DICOMweb oder DIMSE</translation>
    </message>
    <message>
        <source>server query retrieve send</source>
        <translation>Server abfragen holen senden</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Take the last step back</source>
        <translation>Den letzten Schritt zurücknehmen</translation>
    </message>
    <message>
        <source>back revert</source>
        <translation>zurück</translation>
    </message>
    <message>
        <source>There is no step to take back</source>
        <translation>Es gibt keinen Schritt zum Zurücknehmen</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Take the step again that was taken back</source>
        <translation>Den zurückgenommenen Schritt wieder tun</translation>
    </message>
    <message>
        <source>again repeat</source>
        <translation>nochmal</translation>
    </message>
    <message>
        <source>No step was taken back</source>
        <translation>Kein Schritt wurde zurückgenommen</translation>
    </message>
    <message>
        <source>&amp;Brush</source>
        <translation>&amp;Pinsel</translation>
    </message>
    <message>
        <source>Draw with a disc or a ball of so many mm</source>
        <translation>Mit einer Scheibe oder Kugel von so vielen mm zeichnen</translation>
    </message>
    <message>
        <source>paint pen draw</source>
        <translation>malen Stift zeichnen</translation>
    </message>
    <message>
        <source>&amp;Eraser</source>
        <translation>Radier&amp;er</translation>
    </message>
    <message>
        <source>Take away with a disc or a ball</source>
        <translation>Mit einer Scheibe oder Kugel wegnehmen</translation>
    </message>
    <message>
        <source>erase rubber remove</source>
        <translation>löschen Gummi entfernen</translation>
    </message>
    <message>
        <source>Bac&amp;k to the model</source>
        <translation>Zurüc&amp;k zum Modell</translation>
    </message>
    <message>
        <source>Forget strokes here: the model&apos;s contour comes back</source>
        <translation>Striche hier vergessen: die Kontur des Modells kommt zurück</translation>
    </message>
    <message>
        <source>restore unpin clear</source>
        <translation>wiederherstellen lösen</translation>
    </message>
    <message>
        <source>&amp;Lasso</source>
        <translation>&amp;Lasso</translation>
    </message>
    <message>
        <source>Surround freely, or set corners by clicks</source>
        <translation>Frei umfahren, oder Ecken durch Klicks setzen</translation>
    </message>
    <message>
        <source>polygon scissors freehand</source>
        <translation>Polygon Schere Freihand</translation>
    </message>
    <message>
        <source>&amp;Threshold brush</source>
        <translation>&amp;Schwellenpinsel</translation>
    </message>
    <message>
        <source>Draw only within a range of values</source>
        <translation>Nur innerhalb eines Wertebereichs zeichnen</translation>
    </message>
    <message>
        <source>paint intensity level</source>
        <translation>malen Grauwert Schwelle</translation>
    </message>
    <message>
        <source>&amp;Flood fill</source>
        <translation>Fl&amp;ächenfüllung</translation>
    </message>
    <message>
        <source>Fill what is connected within a range of values</source>
        <translation>Zusammenhängendes in einem Wertebereich füllen</translation>
    </message>
    <message>
        <source>bucket region growing wand</source>
        <translation>Eimer Bereich Zauberstab</translation>
    </message>
    <message>
        <source>&amp;Click on what is meant</source>
        <translation>An&amp;klicken, was gemeint ist</translation>
    </message>
    <message>
        <source>In and out, or a box: the model offers candidates</source>
        <translation>Drinnen und draußen, oder ein Kasten: das Modell bietet Kandidaten an</translation>
    </message>
    <message>
        <source>prompt point box segment anything</source>
        <translation>Punkt Kasten zeigen Klick prompt</translation>
    </message>
    <message>
        <source>Clear clic&amp;ks</source>
        <translation>Kli&amp;cks löschen</translation>
    </message>
    <message>
        <source>And the box: the consensus style comes back</source>
        <translation>Und den Kasten: der Konsensstil kommt zurück</translation>
    </message>
    <message>
        <source>forget reset prompt</source>
        <translation>vergessen zurücksetzen Punkt</translation>
    </message>
    <message>
        <source>Lay the tool &amp;down</source>
        <translation>Werkzeug weg&amp;legen</translation>
    </message>
    <message>
        <source>First what is being drawn, then the tool</source>
        <translation>Erst was gerade gezeichnet wird, dann das Werkzeug</translation>
    </message>
    <message>
        <source>cancel stop none</source>
        <translation>abbrechen keines</translation>
    </message>
    <message>
        <source>Tool works in &amp;3D</source>
        <translation>Werkzeug wirkt in &amp;3D</translation>
    </message>
    <message>
        <source>A ball through neighbouring slices</source>
        <translation>Eine Kugel durch benachbarte Schichten</translation>
    </message>
    <message>
        <source>sphere volume</source>
        <translation>Kugel Volumen</translation>
    </message>
    <message>
        <source>Larger tool</source>
        <translation>Größeres Werkzeug</translation>
    </message>
    <message>
        <source>By a seventh</source>
        <translation>Um ein Siebtel</translation>
    </message>
    <message>
        <source>radius size bigger</source>
        <translation>Radius Größe größer</translation>
    </message>
    <message>
        <source>Smaller tool</source>
        <translation>Kleineres Werkzeug</translation>
    </message>
    <message>
        <source>radius size</source>
        <translation>Radius Größe kleiner</translation>
    </message>
    <message>
        <source>&amp;Close the polygon</source>
        <translation>Pol&amp;ygon schließen</translation>
    </message>
    <message>
        <source>Join the last corner to the first, and fill</source>
        <translation>Die letzte Ecke mit der ersten verbinden und füllen</translation>
    </message>
    <message>
        <source>lasso finish</source>
        <translation>Lasso beenden</translation>
    </message>
    <message>
        <source>Forget &amp;strokes on this slice</source>
        <translation>Striche auf dieser Schicht &amp;vergessen</translation>
    </message>
    <message>
        <source>Of the active structure; the model&apos;s contour comes back</source>
        <translation>Der aktiven Struktur; die Kontur des Modells kommt zurück</translation>
    </message>
    <message>
        <source>clear erase reset</source>
        <translation>löschen zurücksetzen</translation>
    </message>
    <message>
        <source>&amp;Add structure…</source>
        <translation>Struktur &amp;hinzufügen…</translation>
    </message>
    <message>
        <source>One of your own, to be drawn by hand</source>
        <translation>Eine eigene, von Hand zu zeichnen</translation>
    </message>
    <message>
        <source>new organ target segment label</source>
        <translation>neu Organ Zielvolumen</translation>
    </message>
    <message>
        <source>Take the proposal &amp;here</source>
        <translation>Vorschlag &amp;hier übernehmen</translation>
    </message>
    <message>
        <source>The change under the pointer, or nearest to it</source>
        <translation>Die Änderung unter dem Zeiger, oder die nächste</translation>
    </message>
    <message>
        <source>accept suggestion region</source>
        <translation>annehmen Vorschlag Bereich</translation>
    </message>
    <message>
        <source>Take the proposal on this slice</source>
        <translation>Vorschlag auf dieser Schicht übernehmen</translation>
    </message>
    <message>
        <source>All of it on the slice in view</source>
        <translation>Alles davon auf der Schicht im Bild</translation>
    </message>
    <message>
        <source>accept suggestion</source>
        <translation>annehmen Vorschlag</translation>
    </message>
    <message>
        <source>Take the proposal on all slices</source>
        <translation>Vorschlag auf allen Schichten übernehmen</translation>
    </message>
    <message>
        <source>The sliders move to it; your strokes stay</source>
        <translation>Die Regler gehen dorthin; Ihre Striche bleiben</translation>
    </message>
    <message>
        <source>accept suggestion volume</source>
        <translation>annehmen Vorschlag Volumen</translation>
    </message>
    <message>
        <source>Re&amp;ject the proposal</source>
        <translation>Vorschlag &amp;ablehnen</translation>
    </message>
    <message>
        <source>Nothing is offered until you draw again</source>
        <translation>Nichts wird angeboten, bis Sie wieder zeichnen</translation>
    </message>
    <message>
        <source>dismiss suggestion discard</source>
        <translation>ablehnen Vorschlag verwerfen</translation>
    </message>
    <message>
        <source>Carry strokes &amp;through the volume</source>
        <translation>Striche &amp;durch das Volumen tragen</translation>
    </message>
    <message>
        <source>After each stroke the model proposes a contour on every slice</source>
        <translation>Nach jedem Strich schlägt das Modell auf jeder Schicht eine Kontur vor</translation>
    </message>
    <message>
        <source>suggestion propagate condition interactive</source>
        <translation>Vorschlag ausbreiten interaktiv</translation>
    </message>
    <message>
        <source>S&amp;tructure</source>
        <translation>St&amp;ruktur</translation>
    </message>
    <message>
        <source>&amp;Grow…</source>
        <translation>&amp;Wachsen…</translation>
    </message>
    <message>
        <source>By so many mm, in 3D or on the slice</source>
        <translation>Um so viele mm, in 3D oder auf der Schicht</translation>
    </message>
    <message>
        <source>dilate expand margin</source>
        <translation>erweitern Rand Saum</translation>
    </message>
    <message>
        <source>S&amp;hrink…</source>
        <translation>Sch&amp;rumpfen…</translation>
    </message>
    <message>
        <source>By so many mm</source>
        <translation>Um so viele mm</translation>
    </message>
    <message>
        <source>erode margin</source>
        <translation>verkleinern Rand Saum</translation>
    </message>
    <message>
        <source>&amp;Smooth…</source>
        <translation>&amp;Glätten…</translation>
    </message>
    <message>
        <source>The outline, over so many mm</source>
        <translation>Den Umriss, über so viele mm</translation>
    </message>
    <message>
        <source>gaussian</source>
        <translation>Gauß glatt</translation>
    </message>
    <message>
        <source>&amp;Fill holes…</source>
        <translation>&amp;Löcher füllen…</translation>
    </message>
    <message>
        <source>What is surrounded</source>
        <translation>Was umschlossen ist</translation>
    </message>
    <message>
        <source>cavity</source>
        <translation>Höhle Loch</translation>
    </message>
    <message>
        <source>Keep the &amp;largest part…</source>
        <translation>Größten &amp;Teil behalten…</translation>
    </message>
    <message>
        <source>Drop every other part</source>
        <translation>Alle anderen Teile fallen lassen</translation>
    </message>
    <message>
        <source>island component</source>
        <translation>Insel Komponente</translation>
    </message>
    <message>
        <source>&amp;Drop small parts…</source>
        <translation>&amp;Kleine Teile entfernen…</translation>
    </message>
    <message>
        <source>Under so many ml</source>
        <translation>Unter so vielen ml</translation>
    </message>
    <message>
        <source>&amp;Hollow…</source>
        <translation>Aus&amp;höhlen…</translation>
    </message>
    <message>
        <source>A shell of so many mm inside the outline</source>
        <translation>Eine Schale von so vielen mm innerhalb der Kontur</translation>
    </message>
    <message>
        <source>shell wall ring</source>
        <translation>Schale Wand Ring</translation>
    </message>
    <message>
        <source>&amp;Threshold…</source>
        <translation>&amp;Schwellenwert…</translation>
    </message>
    <message>
        <source>All that lies within the range of values beside the threshold brush</source>
        <translation>Alles, was im Wertebereich neben dem Schwellenwertpinsel liegt</translation>
    </message>
    <message>
        <source>grey values hu range</source>
        <translation>Grauwerte HU Bereich</translation>
    </message>
    <message>
        <source>&amp;Interpolate between slices</source>
        <translation>Zwischen Schichten &amp;interpolieren</translation>
    </message>
    <message>
        <source>Fill the slices between those that were drawn on</source>
        <translation>Die Schichten zwischen den gezeichneten füllen</translation>
    </message>
    <message>
        <source>between slices shape</source>
        <translation>zwischen Schichten Form</translation>
    </message>
    <message>
        <source>Copy from the slice &amp;before</source>
        <translation>Von der Schicht &amp;davor kopieren</translation>
    </message>
    <message>
        <source>Onto the slice in view</source>
        <translation>Auf die Schicht im Bild</translation>
    </message>
    <message>
        <source>previous neighbour paste</source>
        <translation>vorige Nachbar einfügen</translation>
    </message>
    <message>
        <source>Copy from the slice &amp;after</source>
        <translation>Von der Schicht da&amp;nach kopieren</translation>
    </message>
    <message>
        <source>next neighbour paste</source>
        <translation>nächste Nachbar einfügen</translation>
    </message>
    <message>
        <source>Copy a given &amp;mask…</source>
        <translation>Gegebene &amp;Maske kopieren…</translation>
    </message>
    <message>
        <source>Of a rater, as a start for your own</source>
        <translation>Eines Raters, als Anfang der eigenen</translation>
    </message>
    <message>
        <source>reading paste</source>
        <translation>Befund einfügen</translation>
    </message>
    <message>
        <source>Copy what the m&amp;odel draws…</source>
        <translation>Kopieren, was das M&amp;odell zeichnet…</translation>
    </message>
    <message>
        <source>As a rater or in consensus style, as a start for your own</source>
        <translation>Wie ein Rater oder im Konsensstil, als Anfang der eigenen</translation>
    </message>
    <message>
        <source>preset paste</source>
        <translation>Voreinstellung einfügen</translation>
    </message>
    <message>
        <source>&amp;Combine with…</source>
        <translation>&amp;Verknüpfen mit…</translation>
    </message>
    <message>
        <source>Add, keep within, or take away another structure</source>
        <translation>Eine andere Struktur hinzunehmen, schneiden oder abziehen</translation>
    </message>
    <message>
        <source>boolean union intersect subtract logical</source>
        <translation>boolesch Vereinigung Schnitt Differenz</translation>
    </message>
    <message>
        <source>&amp;Contours</source>
        <translation>&amp;Konturen</translation>
    </message>
    <message>
        <source>Show or hide all contours</source>
        <translation>Alle Konturen zeigen oder verbergen</translation>
    </message>
    <message>
        <source>outline mask hide</source>
        <translation>Umriss Maske verbergen</translation>
    </message>
    <message>
        <source>&amp;Heatmap</source>
        <translation>&amp;Unsicherheitskarte</translation>
    </message>
    <message>
        <source>Show or hide the map over the right pane</source>
        <translation>Die Karte über dem rechten Bild zeigen oder verbergen</translation>
    </message>
    <message>
        <source>uncertainty doubt overlay</source>
        <translation>Heatmap Zweifel Überlagerung</translation>
    </message>
    <message>
        <source>&amp;Inner and outer contour</source>
        <translation>&amp;Innere und äußere Kontur</translation>
    </message>
    <message>
        <source>What at least 90 % and 10 % of all draws include</source>
        <translation>Was mindestens 90 % und 10 % aller Züge enthalten</translation>
    </message>
    <message>
        <source>agreement isolines median range</source>
        <translation>Übereinstimmung Isolinien Median Bereich</translation>
    </message>
    <message>
        <source>&amp;Thin samples</source>
        <translation>&amp;Dünne Stichproben</translation>
    </message>
    <message>
        <source>Some draws as thin lines</source>
        <translation>Einige Züge als dünne Linien</translation>
    </message>
    <message>
        <source>spaghetti plausible contours</source>
        <translation>Spaghetti plausible Konturen</translation>
    </message>
    <message>
        <source>All &amp;raters at once</source>
        <translation>Alle &amp;Rater zugleich</translation>
    </message>
    <message>
        <source>Each rater&apos;s contour in the rater&apos;s colour</source>
        <translation>Die Kontur jedes Raters in seiner Farbe</translation>
    </message>
    <message>
        <source>experts overlay compare</source>
        <translation>Experten vergleichen</translation>
    </message>
    <message>
        <source>Ad&amp;just for the scanner</source>
        <translation>Auf den Scanner ab&amp;gleichen</translation>
    </message>
    <message>
        <source>Take scanners as often as training met them, not as this scan suggests; dashed: without</source>
        <translation>Scanner so häufig annehmen, wie sie im Training vorkamen, nicht wie diese Aufnahme nahelegt; gestrichelt: ohne</translation>
    </message>
    <message>
        <source>confounder backdoor shift robust domain protocol</source>
        <translation>Störgröße Backdoor Verschiebung robust Domäne Protokoll Gerät</translation>
    </message>
    <message>
        <source>Next c&amp;hannel</source>
        <translation>Nächster Ka&amp;nal</translation>
    </message>
    <message>
        <source>The next image of a case with several, such as T1, T1c, T2</source>
        <translation>Das nächste Bild eines Falls mit mehreren, etwa T1, T1c, T2</translation>
    </message>
    <message>
        <source>sequence modality contrast</source>
        <translation>Sequenz Modalität Kontrast</translation>
    </message>
    <message>
        <source>&amp;Single pane</source>
        <translation>&amp;Einzelbild</translation>
    </message>
    <message>
        <source>layout maximise full</source>
        <translation>Anordnung maximieren ganz</translation>
    </message>
    <message>
        <source>One pane, or the layout before</source>
        <translation>Ein Bild, oder die Anordnung davor</translation>
    </message>
    <message>
        <source>Scan | heat &amp;map</source>
        <translation>&amp;Scan | Karte</translation>
    </message>
    <message>
        <source>The slice with contours, and the same as map of uncertainty</source>
        <translation>Die Schicht mit Konturen, und dieselbe als Karte der Unsicherheit</translation>
    </message>
    <message>
        <source>layout side by side</source>
        <translation>Anordnung nebeneinander</translation>
    </message>
    <message>
        <source>Planes across (&amp;MPR)</source>
        <translation>Ebenen quer (&amp;MPR)</translation>
    </message>
    <message>
        <source>Axial, coronal and sagittal through one place; Shift + move leads</source>
        <translation>Axial, koronal und sagittal durch eine Stelle; Umschalt + Bewegen führt</translation>
    </message>
    <message>
        <source>multiplanar reformat orthogonal</source>
        <translation>multiplanar Reformation</translation>
    </message>
    <message>
        <source>Com&amp;pare two contours</source>
        <translation>Zwei Konturen &amp;vergleichen</translation>
    </message>
    <message>
        <source>The draft against other settings, raters, given masks and readings</source>
        <translation>Der Entwurf gegen andere Einstellungen, Rater, mitgelieferte Masken und Befunde</translation>
    </message>
    <message>
        <source>difference dice overlap disagreement</source>
        <translation>Unterschied Dice Überlappung Abweichung</translation>
    </message>
    <message>
        <source>&amp;Gallery of samples</source>
        <translation>&amp;Galerie von Stichproben</translation>
    </message>
    <message>
        <source>Up to twelve draws that stand for all, with their shares</source>
        <translation>Bis zu zwölf Ziehungen, die für alle stehen, mit ihren Anteilen</translation>
    </message>
    <message>
        <source>wall alternatives variants</source>
        <translation>Wand Alternativen Varianten</translation>
    </message>
    <message>
        <source>Surface in &amp;3D</source>
        <translation>Oberfläche in &amp;3D</translation>
    </message>
    <message>
        <source>The structures in space, the active one coloured by how far doubt could move it</source>
        <translation>Die Strukturen im Raum, die aktive gefärbt danach, wie weit der Zweifel sie verschieben könnte</translation>
    </message>
    <message>
        <source>volume rendering mesh vtk</source>
        <translation>Volumen Rendering Netz vtk</translation>
    </message>
    <message>
        <source>Turn to the ne&amp;xt axis (axial, coronal, sagittal)</source>
        <translation>Zur nächsten A&amp;chse drehen (axial, koronal, sagittal)</translation>
    </message>
    <message>
        <source>Of the same volume; slices are those of the scan or cut across it</source>
        <translation>Desselben Volumens; Schichten sind die des Scans oder quer dazu</translation>
    </message>
    <message>
        <source>plane orientation reformat</source>
        <translation>Ebene Ausrichtung</translation>
    </message>
    <message>
        <source>&amp;Fit to window</source>
        <translation>Ein&amp;passen</translation>
    </message>
    <message>
        <source>The whole slice</source>
        <translation>Die ganze Schicht</translation>
    </message>
    <message>
        <source>reset zoom centre</source>
        <translation>Zoom zurücksetzen Mitte</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>A quarter larger</source>
        <translation>Ein Viertel größer</translation>
    </message>
    <message>
        <source>magnify closer</source>
        <translation>Lupe näher</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>A fifth smaller</source>
        <translation>Ein Fünftel kleiner</translation>
    </message>
    <message>
        <source>wider</source>
        <translation>weiter</translation>
    </message>
    <message>
        <source>Smooth &amp;pixels</source>
        <translation>&amp;Glatte Pixel</translation>
    </message>
    <message>
        <source>Draw the image interpolated or as its pixels are; contours stay what they are</source>
        <translation>Das Bild interpoliert oder in seinen Pixeln zeichnen; Konturen bleiben, was sie sind</translation>
    </message>
    <message>
        <source>interpolation nearest</source>
        <translation>Interpolation nächster</translation>
    </message>
    <message>
        <source>Window: {name}</source>
        <translation>Fenster: {name}</translation>
    </message>
    <message>
        <source>Centre {centre} HU, width {width} HU</source>
        <translation>Mitte {centre} HU, Breite {width} HU</translation>
    </message>
    <message>
        <source>grey level contrast brightness</source>
        <translation>Grauwerte Kontrast Helligkeit</translation>
    </message>
    <message>
        <source>Window: automatic</source>
        <translation>Fenster: automatisch</translation>
    </message>
    <message>
        <source>What the file says, else the image&apos;s own range</source>
        <translation>Was die Datei sagt, sonst der Bereich des Bildes</translation>
    </message>
    <message>
        <source>grey level contrast brightness reset</source>
        <translation>Grauwerte Kontrast Helligkeit zurücksetzen</translation>
    </message>
    <message>
        <source>total</source>
        <translation>gesamt</translation>
    </message>
    <message>
        <source>measuring</source>
        <translation>wird gemessen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>not started</source>
        <translation>nicht begonnen</translation>
    </message>
    <message>
        <source>in progress</source>
        <translation>in Arbeit</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>angenommen</translation>
    </message>
    <message>
        <source>between experts</source>
        <translation>zwischen Experten</translation>
    </message>
    <message>
        <source>they draw differently</source>
        <translation>sie zeichnen verschieden</translation>
    </message>
    <message>
        <source>draw differently</source>
        <translation>zeichnen verschieden</translation>
    </message>
    <message>
        <source>within an expert</source>
        <translation>innerhalb eines Experten</translation>
    </message>
    <message>
        <source>would differ on a re-read</source>
        <translation>beim zweiten Mal anders</translation>
    </message>
    <message>
        <source>on a re-read</source>
        <translation>beim zweiten Mal</translation>
    </message>
    <message>
        <source>the image</source>
        <translation>das Bild</translation>
    </message>
    <message>
        <source>border or lobe unclear</source>
        <translation>Rand oder Ausläufer unklar</translation>
    </message>
    <message>
        <source>border unclear</source>
        <translation>Rand unklar</translation>
    </message>
    <message>
        <source>pixel-level</source>
        <translation>pixelweise</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>Gesamt</translation>
    </message>
    <message>
        <source>all causes together</source>
        <translation>alle Ursachen zusammen</translation>
    </message>
    <message>
        <source>all causes</source>
        <translation>alle Ursachen</translation>
    </message>
    <message>
        <source>at this preference</source>
        <translation>bei dieser Vorliebe</translation>
    </message>
    <message>
        <source>what the image leaves open now</source>
        <translation>was das Bild jetzt offen lässt</translation>
    </message>
    <message>
        <source>the image, now</source>
        <translation>das Bild, jetzt</translation>
    </message>
    <message>
        <source>about {ml} ml a step</source>
        <translation>etwa {ml} ml je Schritt</translation>
    </message>
    <message>
        <source>{effect} ml per sd</source>
        <translation>{effect} ml je SD</translation>
    </message>
    <message>
        <source>{effect} ml/sd</source>
        <translation>{effect} ml/SD</translation>
    </message>
    <message>
        <source>{share} of {whole}</source>
        <translation>{share} {whole}</translation>
    </message>
    <message>
        <source>ambiguity</source>
        <translation>Mehrdeutigkeit</translation>
    </message>
    <message>
        <source>residual</source>
        <translation>Rest</translation>
    </message>
    <message>
        <source>ambiguity here</source>
        <translation>Mehrdeutigkeit hier</translation>
    </message>
    <message>
        <source>Map: {name}</source>
        <translation>Karte: {name}</translation>
    </message>
    <message>
        <source>That map of uncertainty over the right pane</source>
        <translation>Diese Karte der Unsicherheit über dem rechten Bild</translation>
    </message>
    <message>
        <source>heatmap doubt</source>
        <translation>Heatmap Zweifel</translation>
    </message>
    <message>
        <source>Pa&amp;nels</source>
        <translation>Be&amp;reiche</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Review</translation>
    </message>
    <message>
        <source>Bring Review to the front</source>
        <translation>Review nach vorn holen</translation>
    </message>
    <message>
        <source>tab</source>
        <translation>Reiter</translation>
    </message>
    <message>
        <source>Trainer</source>
        <translation>Trainer</translation>
    </message>
    <message>
        <source>Train a model on your raters&apos; masks</source>
        <translation>Ein Modell mit den Masken der eigenen Rater trainieren</translation>
    </message>
    <message>
        <source>tab learn fine-tune</source>
        <translation>Reiter lernen nachtrainieren</translation>
    </message>
    <message>
        <source>&amp;Light theme</source>
        <translation>He&amp;lles Aussehen</translation>
    </message>
    <message>
        <source>Image panes stay black</source>
        <translation>Bilder bleiben schwarz</translation>
    </message>
    <message>
        <source>dark colours appearance</source>
        <translation>dunkel Farben</translation>
    </message>
    <message>
        <source>Right &amp;drag zooms</source>
        <translation>Rechts ziehen &amp;zoomt</translation>
    </message>
    <message>
        <source>For those who come from 3D Slicer or OHIF; else the right button sets window and level</source>
        <translation>Wie in 3D Slicer oder OHIF; sonst stellt die rechte Taste Fenster und Lage ein</translation>
    </message>
    <message>
        <source>mouse button profile</source>
        <translation>Maus Taste Profil</translation>
    </message>
    <message>
        <source>From the next start on</source>
        <translation>Ab dem nächsten Start</translation>
    </message>
    <message>
        <source>language German English Deutsch Englisch translation</source>
        <translation>Sprache Deutsch Englisch Übersetzung</translation>
    </message>
    <message>
        <source>Lan&amp;guage</source>
        <translation>Sprac&amp;he</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Show or hide this panel</source>
        <translation>Diesen Bereich zeigen oder verbergen</translation>
    </message>
    <message>
        <source>dock hide close</source>
        <translation>Dock verbergen schließen</translation>
    </message>
    <message>
        <source>&amp;Reset panels</source>
        <translation>Bereiche &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>Every panel back in its place</source>
        <translation>Jeder Bereich zurück an seinen Platz</translation>
    </message>
    <message>
        <source>docks layout default</source>
        <translation>Anordnung Standard</translation>
    </message>
    <message>
        <source>&amp;Previous case</source>
        <translation>&amp;Voriger Fall</translation>
    </message>
    <message>
        <source>Of the worklist</source>
        <translation>Der Arbeitsliste</translation>
    </message>
    <message>
        <source>patient back</source>
        <translation>Patient zurück</translation>
    </message>
    <message>
        <source>&amp;Next case</source>
        <translation>&amp;Nächster Fall</translation>
    </message>
    <message>
        <source>patient forward</source>
        <translation>Patient weiter</translation>
    </message>
    <message>
        <source>&amp;Accept structure</source>
        <translation>Struktur &amp;annehmen</translation>
    </message>
    <message>
        <source>What is drawn of the structure in view counts; a note to yourself, no approval</source>
        <translation>Was von der Struktur im Bild gezeichnet ist, gilt; ein Vermerk für Sie, keine Freigabe</translation>
    </message>
    <message>
        <source>approve finish done sign lock</source>
        <translation>freigeben fertig unterschreiben sperren</translation>
    </message>
    <message>
        <source>Accept a&amp;ll structures</source>
        <translation>A&amp;lle Strukturen annehmen</translation>
    </message>
    <message>
        <source>The same for all of the case</source>
        <translation>Dasselbe für alle des Falls</translation>
    </message>
    <message>
        <source>approve finish done sign</source>
        <translation>freigeben fertig unterschreiben</translation>
    </message>
    <message>
        <source>Recom&amp;pute with this model</source>
        <translation>Mit diesem Modell neu &amp;rechnen</translation>
    </message>
    <message>
        <source>Where the work was done with another model</source>
        <translation>Wo die Arbeit mit einem anderen Modell entstand</translation>
    </message>
    <message>
        <source>redraw update</source>
        <translation>neu zeichnen aktualisieren</translation>
    </message>
    <message>
        <source>The contour is this model&apos;s own</source>
        <translation>Die Kontur ist die dieses Modells</translation>
    </message>
    <message>
        <source>Re&amp;open structure</source>
        <translation>Struktur wieder &amp;öffnen</translation>
    </message>
    <message>
        <source>An accepted one becomes work again</source>
        <translation>Eine angenommene wird wieder Arbeit</translation>
    </message>
    <message>
        <source>unlock unapprove edit</source>
        <translation>entsperren bearbeiten</translation>
    </message>
    <message>
        <source>This structure is not accepted</source>
        <translation>Diese Struktur ist nicht angenommen</translation>
    </message>
    <message>
        <source>&amp;Flag case</source>
        <translation>Fall &amp;markieren</translation>
    </message>
    <message>
        <source>To come back to it</source>
        <translation>Um darauf zurückzukommen</translation>
    </message>
    <message>
        <source>mark star problem</source>
        <translation>Merker Stern Problem</translation>
    </message>
    <message>
        <source>Next slice or plane</source>
        <translation>Nächste Schicht oder Ebene</translation>
    </message>
    <message>
        <source>Of the axis in view</source>
        <translation>Der Achse im Bild</translation>
    </message>
    <message>
        <source>scroll up</source>
        <translation>blättern hoch</translation>
    </message>
    <message>
        <source>Previous slice or plane</source>
        <translation>Vorige Schicht oder Ebene</translation>
    </message>
    <message>
        <source>scroll down</source>
        <translation>blättern runter</translation>
    </message>
    <message>
        <source>Next place of do&amp;ubt</source>
        <translation>Nächste &amp;zweifelhafte Stelle</translation>
    </message>
    <message>
        <source>Through a region slice by slice, then the largest not seen yet</source>
        <translation>Durch einen Bereich Schicht für Schicht, dann zum größten noch nicht gesehenen</translation>
    </message>
    <message>
        <source>&amp;Back to where the last jump began</source>
        <translation>&amp;Zurück zum Anfang des letzten Sprungs</translation>
    </message>
    <message>
        <source>return doubt</source>
        <translation>zurück Zweifel</translation>
    </message>
    <message>
        <source>Draw as &amp;rater (then 1..9)</source>
        <translation>Zeichnen wie Ra&amp;ter (dann 1..9)</translation>
    </message>
    <message>
        <source>That rater&apos;s preset</source>
        <translation>Die Voreinstellung dieses Raters</translation>
    </message>
    <message>
        <source>preference expert person style</source>
        <translation>Vorliebe Experte Person Stil</translation>
    </message>
    <message>
        <source>&amp;Consensus style</source>
        <translation>&amp;Konsensstil</translation>
    </message>
    <message>
        <source>The mean of all raters&apos; presets</source>
        <translation>Das Mittel der Voreinstellungen aller Rater</translation>
    </message>
    <message>
        <source>average majority preference</source>
        <translation>Mittel Mehrheit Vorliebe</translation>
    </message>
    <message>
        <source>Descri&amp;be the style</source>
        <translation>Stil &amp;beschreiben</translation>
    </message>
    <message>
        <source>Say in words how to draw: tighter, smooth, without spikes</source>
        <translation>In Worten sagen, wie gezeichnet wird: enger, glatt, ohne Zacken</translation>
    </message>
    <message>
        <source>prompt text words language tighter looser smooth</source>
        <translation>Prompt Text Worte Sprache enger weiter glatt</translation>
    </message>
    <message>
        <source>Random &amp;sample</source>
        <translation>&amp;Zufällige Stichprobe</translation>
    </message>
    <message>
        <source>A random draw of the ambiguity</source>
        <translation>Ein zufälliger Zug der Mehrdeutigkeit</translation>
    </message>
    <message>
        <source>dice alternative plausible</source>
        <translation>Würfel Alternative plausibel</translation>
    </message>
    <message>
        <source>Reset ambi&amp;guity</source>
        <translation>Mehrdeuti&amp;gkeit zurücksetzen</translation>
    </message>
    <message>
        <source>All its sliders to 0</source>
        <translation>Alle ihre Regler auf 0</translation>
    </message>
    <message>
        <source>clear zero</source>
        <translation>löschen Null</translation>
    </message>
    <message>
        <source>Re&amp;member this setting</source>
        <translation>Einstellung m&amp;erken</translation>
    </message>
    <message>
        <source>Keeps it with a picture and its volume</source>
        <translation>Behält sie mit Bild und Volumen</translation>
    </message>
    <message>
        <source>bookmark store snapshot</source>
        <translation>Lesezeichen speichern</translation>
    </message>
    <message>
        <source>The contour is ri&amp;ght here</source>
        <translation>Die Kontur stimmt &amp;hier</translation>
    </message>
    <message>
        <source>Of the region of doubt that you went to; it leaves the list</source>
        <translation>Im Zweifelsbereich, zu dem Sie gegangen sind; er verlässt die Liste</translation>
    </message>
    <message>
        <source>agree confirm region done</source>
        <translation>zustimmen bestätigen Bereich fertig</translation>
    </message>
    <message>
        <source>The contour is &amp;wrong here</source>
        <translation>Die Kontur ist hier &amp;falsch</translation>
    </message>
    <message>
        <source>Of the region of doubt; it stays in the list until you draw there</source>
        <translation>Im Zweifelsbereich; er bleibt in der Liste, bis Sie dort zeichnen</translation>
    </message>
    <message>
        <source>disagree region error</source>
        <translation>ablehnen Bereich Fehler</translation>
    </message>
    <message>
        <source>De&amp;cide later here</source>
        <translation>Hier &amp;später entscheiden</translation>
    </message>
    <message>
        <source>Of the region of doubt; it comes again after all others</source>
        <translation>Im Zweifelsbereich; er kommt nach allen anderen wieder</translation>
    </message>
    <message>
        <source>postpone region defer</source>
        <translation>verschieben Bereich aufschieben</translation>
    </message>
    <message>
        <source>uncertain slice jump disagreement</source>
        <translation>unsicher Schicht springen Uneinigkeit</translation>
    </message>
    <message>
        <source>The place before the last jump</source>
        <translation>Die Stelle vor dem letzten Sprung</translation>
    </message>
    <message>
        <source>Put the model&apos;s &amp;box around a click</source>
        <translation>&amp;Kasten des Modells um einen Klick legen</translation>
    </message>
    <message>
        <source>For a model that looks at a box instead of the whole slice: the next click says where</source>
        <translation>Für ein Modell, das einen Kasten statt der ganzen Schicht ansieht: der nächste Klick sagt, wo</translation>
    </message>
    <message>
        <source>region field of view</source>
        <translation>Bereich Sichtfeld</translation>
    </message>
    <message>
        <source>&amp;Agreement with given masks</source>
        <translation>&amp;Übereinstimmung mit gegebenen Masken</translation>
    </message>
    <message>
        <source>Dice, surfaces and volumes against each reading, their majority and STAPLE</source>
        <translation>Dice, Oberflächen und Volumen gegen jeden Befund, ihre Mehrheit und STAPLE</translation>
    </message>
    <message>
        <source>compare metrics Hausdorff table</source>
        <translation>vergleichen Maße Hausdorff Tabelle</translation>
    </message>
    <message>
        <source>No masks were given</source>
        <translation>Es sind keine Masken gegeben</translation>
    </message>
    <message>
        <source>&amp;Straighten tilted or uneven slices (resamples)</source>
        <translation>&amp;Schräge oder ungleiche Schichten begradigen (tastet neu ab)</translation>
    </message>
    <message>
        <source>A new study on an even, upright grid that says so</source>
        <translation>Eine neue Studie auf gleichmäßigem, geradem Gitter, die das sagt</translation>
    </message>
    <message>
        <source>resample gantry oblique</source>
        <translation>neu abtasten Gantry schräg</translation>
    </message>
    <message>
        <source>&amp;Ruler</source>
        <translation>&amp;Lineal</translation>
    </message>
    <message>
        <source>Drag from point to point; mm in the patient</source>
        <translation>Von Punkt zu Punkt ziehen; mm im Patienten</translation>
    </message>
    <message>
        <source>measure distance length</source>
        <translation>messen Abstand Länge</translation>
    </message>
    <message>
        <source>&amp;Clear rulers</source>
        <translation>Lineale lös&amp;chen</translation>
    </message>
    <message>
        <source>Of this case</source>
        <translation>Dieses Falls</translation>
    </message>
    <message>
        <source>remove measure distance</source>
        <translation>entfernen messen Abstand</translation>
    </message>
    <message>
        <source>Screenshot &amp;without patient data…</source>
        <translation>Bildschirmfoto &amp;ohne Patientendaten…</translation>
    </message>
    <message>
        <source>The window as it is, without names of cases, descriptions and dates</source>
        <translation>Das Fenster, wie es ist, ohne Namen von Fällen, Beschreibungen und Daten</translation>
    </message>
    <message>
        <source>picture image save anonymous de-identified</source>
        <translation>Bild speichern anonym</translation>
    </message>
    <message>
        <source>S&amp;creenshot…</source>
        <translation>&amp;Bildschirmfoto…</translation>
    </message>
    <message>
        <source>The window as it is, with the case&apos;s name</source>
        <translation>Das Fenster, wie es ist, mit dem Namen des Falls</translation>
    </message>
    <message>
        <source>picture image save</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>&amp;Find a command…</source>
        <translation>&amp;Befehl suchen…</translation>
    </message>
    <message>
        <source>Search all commands by name and give one</source>
        <translation>Alle Befehle nach Namen durchsuchen und einen geben</translation>
    </message>
    <message>
        <source>palette search action</source>
        <translation>Palette suchen Aktion</translation>
    </message>
    <message>
        <source>&amp;Keys and mouse</source>
        <translation>&amp;Tasten und Maus</translation>
    </message>
    <message>
        <source>All of these on one sheet</source>
        <translation>Alle auf einem Blatt</translation>
    </message>
    <message>
        <source>shortcuts sheet hotkeys help</source>
        <translation>Kürzel Tastenkürzel Hilfe</translation>
    </message>
    <message>
        <source>&amp;Change keys…</source>
        <translation>Tasten ä&amp;ndern…</translation>
    </message>
    <message>
        <source>Other keys for any command</source>
        <translation>Andere Tasten für jeden Befehl</translation>
    </message>
    <message>
        <source>shortcuts hotkeys customise rebind</source>
        <translation>Kürzel Tastenkürzel anpassen</translation>
    </message>
    <message>
        <source>&amp;Tour of Review</source>
        <translation>&amp;Rundgang durch Review</translation>
    </message>
    <message>
        <source>Six cards that show what is where; on the demo where no scan is open</source>
        <translation>Sechs Karten, die zeigen, was wo ist; an der Demo, wo kein Scan offen ist</translation>
    </message>
    <message>
        <source>introduction tutorial first steps help</source>
        <translation>Einführung Anleitung erste Schritte Hilfe</translation>
    </message>
    <message>
        <source>&amp;About proseg-gui</source>
        <translation>Ü&amp;ber proseg-gui</translation>
    </message>
    <message>
        <source>Versions, licence, how to cite</source>
        <translation>Versionen, Lizenz, Zitat</translation>
    </message>
    <message>
        <source>version license citation</source>
        <translation>Version Lizenz Zitat</translation>
    </message>
    <message>
        <source>No case of a project is open</source>
        <translation>Kein Fall eines Projekts ist offen</translation>
    </message>
    <message>
        <source>{panel}: drag to move, double click to float</source>
        <translation>{panel}: ziehen zum Verschieben, Doppelklick zum Lösen</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Lösen</translation>
    </message>
    <message>
        <source>Close (View &gt; Panels brings it back)</source>
        <translation>Schließen (Ansicht &gt; Bereiche holt es zurück)</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>Wird verglichen</translation>
    </message>
    <message>
        <source>Comparing given masks</source>
        <translation>Mitgelieferte Masken werden verglichen</translation>
    </message>
    <message>
        <source>Only {letter} includes it</source>
        <translation>Nur {letter} schließt es ein</translation>
    </message>
    <message>
        <source>Contour {letter}</source>
        <translation>Kontur {letter}</translation>
    </message>
    <message>
        <source>both</source>
        <translation>beide</translation>
    </message>
    <message>
        <source>Slanting lines: both include it</source>
        <translation>Schräge Linien: beide schließen es ein</translation>
    </message>
    <message>
        <source>All given pairs…</source>
        <translation>Alle Paare…</translation>
    </message>
    <message>
        <source>Every pair of given masks with its figures, as a CSV table</source>
        <translation>Jedes Paar mitgelieferter Masken mit seinen Zahlen, als CSV-Tabelle</translation>
    </message>
    <message>
        <source>The volume is being worked out</source>
        <translation>Das Volumen wird berechnet</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>Wird verglichen…</translation>
    </message>
    <message>
        <source>Open a scan first</source>
        <translation>Zuerst einen Scan öffnen</translation>
    </message>
    <message>
        <source>This case came without two masks of one structure</source>
        <translation>Zu diesem Fall gehören keine zwei Masken einer Struktur</translation>
    </message>
    <message>
        <source>Given masks against each other</source>
        <translation>Mitgelieferte Masken gegeneinander</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>Wrote {count} rows to {path}</source>
        <translation>{count} Zeilen nach {path} geschrieben</translation>
    </message>
    <message>
        <source>consensus style</source>
        <translation>Konsensstil</translation>
    </message>
    <message>
        <source>add</source>
        <translation>hinzunehmen</translation>
    </message>
    <message>
        <source>keep only what lies within</source>
        <translation>nur behalten, was darin liegt</translation>
    </message>
    <message>
        <source>take away</source>
        <translation>abziehen</translation>
    </message>
    <message>
        <source>keep what only one of them has</source>
        <translation>behalten, was nur eine von beiden hat</translation>
    </message>
    <message>
        <source>Add a structure first</source>
        <translation>Zuerst eine Struktur hinzufügen</translation>
    </message>
    <message>
        <source>No rater gave a mask on this scan</source>
        <translation>Kein Rater gab eine Maske zu diesem Scan</translation>
    </message>
    <message>
        <source>No model looks at this scan</source>
        <translation>Kein Modell sieht diesen Scan an</translation>
    </message>
    <message>
        <source>There is no other structure; add one first</source>
        <translation>Es gibt keine andere Struktur; zuerst eine hinzufügen</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>Wachsen</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Um</translation>
    </message>
    <message>
        <source>Shrink</source>
        <translation>Schrumpfen</translation>
    </message>
    <message>
        <source>Hollow</source>
        <translation>Aushöhlen</translation>
    </message>
    <message>
        <source>To</source>
        <translation>Auf</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Schwellenwert</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>Glätten</translation>
    </message>
    <message>
        <source>Over</source>
        <translation>Über</translation>
    </message>
    <message>
        <source>Drop small parts</source>
        <translation>Kleine Teile entfernen</translation>
    </message>
    <message>
        <source>Under</source>
        <translation>Unter</translation>
    </message>
    <message>
        <source>Fill holes</source>
        <translation>Löcher füllen</translation>
    </message>
    <message>
        <source>Keep the largest part</source>
        <translation>Größten Teil behalten</translation>
    </message>
    <message>
        <source>Copy a given mask</source>
        <translation>Gegebene Maske kopieren</translation>
    </message>
    <message>
        <source>Copy what the model draws</source>
        <translation>Kopieren, was das Modell zeichnet</translation>
    </message>
    <message>
        <source>Combine {name} with</source>
        <translation>{name} verknüpfen mit</translation>
    </message>
    <message>
        <source>The other structure stays as it is.</source>
        <translation>Die andere Struktur bleibt, wie sie ist.</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Total uncertainty</source>
        <translation>Gesamte Unsicherheit</translation>
    </message>
    <message>
        <source>Between experts</source>
        <translation>Zwischen Experten</translation>
    </message>
    <message>
        <source>Within an expert</source>
        <translation>Innerhalb eines Experten</translation>
    </message>
    <message>
        <source>Ambiguity of the image</source>
        <translation>Mehrdeutigkeit des Bildes</translation>
    </message>
    <message>
        <source>Residual</source>
        <translation>Rest</translation>
    </message>
    <message>
        <source>Ambiguity at this preference</source>
        <translation>Mehrdeutigkeit bei dieser Vorliebe</translation>
    </message>
    <message>
        <source>variance of inclusion</source>
        <translation>Varianz des Einschlusses</translation>
    </message>
    <message>
        <source>entropy</source>
        <translation>Entropie</translation>
    </message>
    <message>
        <source>Measuring the uncertainty of this slice</source>
        <translation>Die Unsicherheit dieser Schicht wird gemessen</translation>
    </message>
    <message>
        <source>The model is drawn on {name} slices only</source>
        <translation>Das Modell wird nur auf Schichten gezeichnet, die {name} liegen</translation>
    </message>
    <message>
        <source>No model looks at this scan: choose one under File &gt; Choose model</source>
        <translation>Kein Modell sieht diesen Scan an: eines unter Datei &gt; Modell wählen aussuchen</translation>
    </message>
    <message>
        <source>The model is being loaded</source>
        <translation>Das Modell wird geladen</translation>
    </message>
    <message>
        <source>Drop a scan here, or press Ctrl+O
(DICOM folder, NIfTI, NRRD, MHA, image)</source>
        <translation>Einen Scan hierher ziehen, oder Strg+O drücken
(DICOM-Ordner, NIfTI, NRRD, MHA, Bild)</translation>
    </message>
    <message>
        <source>The uncertainty of the scan appears here</source>
        <translation>Hier erscheint die Unsicherheit des Scans</translation>
    </message>
    <message>
        <source>This model draws the same for everybody</source>
        <translation>Dieses Modell zeichnet für alle gleich</translation>
    </message>
    <message>
        <source>This model does not adjust for the scanner</source>
        <translation>Dieses Modell gleicht nicht auf den Scanner ab</translation>
    </message>
    <message>
        <source>Nothing was drawn, and no model looks at this scan</source>
        <translation>Es wurde nichts gezeichnet, und kein Modell betrachtet diese Aufnahme</translation>
    </message>
    <message>
        <source>The slices of this scan are straight and even</source>
        <translation>Die Schichten dieses Scans sind gerade und gleichmäßig</translation>
    </message>
    <message>
        <source>This model looks at whole slices, not at a box</source>
        <translation>Dieses Modell sieht ganze Schichten an, keinen Kasten</translation>
    </message>
    <message>
        <source>The language changes at the next start</source>
        <translation>Die Sprache wechselt beim nächsten Start</translation>
    </message>
    <message>
        <source>Window presets are for CT; Window: automatic takes this image&apos;s own range</source>
        <translation>Fenster sind für CT; Fenster: automatisch nimmt den Bereich dieses Bildes</translation>
    </message>
    <message>
        <source>Nothing is proposed</source>
        <translation>Nichts ist vorgeschlagen</translation>
    </message>
    <message>
        <source>Click the middle of what the model is to look at</source>
        <translation>Auf die Mitte dessen klicken, was das Modell ansehen soll</translation>
    </message>
    <message>
        <source>scan | heatmap</source>
        <translation>Scan | Karte</translation>
    </message>
    <message>
        <source>single pane</source>
        <translation>Einzelbild</translation>
    </message>
    <message>
        <source>planes across</source>
        <translation>Ebenen quer</translation>
    </message>
    <message>
        <source>compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>gallery</source>
        <translation>Galerie</translation>
    </message>
    <message>
        <source>scan | surface</source>
        <translation>Bild | Oberfläche</translation>
    </message>
    <message>
        <source>Panes</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Window / level</source>
        <translation>Fenster / Lage</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Where the model runs</source>
        <translation>Wo das Modell rechnet</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Write contours, samples and maps</source>
        <translation>Konturen, Stichproben und Karten schreiben</translation>
    </message>
    <message>
        <source>As the file says, or the whole range</source>
        <translation>Wie die Datei sagt, oder der ganze Bereich</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>kein Modell</translation>
    </message>
    <message>
        <source>it presses the button that has the focus</source>
        <translation>sie drückt den Knopf, der den Fokus hat</translation>
    </message>
    <message>
        <source>it opens the menu {menu}</source>
        <translation>sie öffnet das Menü {menu}</translation>
    </message>
    <message>
        <source>Cases and display</source>
        <translation>Fälle und Anzeige</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>Wird exportiert</translation>
    </message>
    <message>
        <source>The scan is no DICOM series: a DICOM copy of it is written beside the file.</source>
        <translation>Der Scan ist keine DICOM-Serie: eine DICOM-Kopie davon wird neben die Datei geschrieben.</translation>
    </message>
    <message>
        <source>The scan was resampled: it is written beside the file, as a new series of the same study.</source>
        <translation>Der Scan wurde neu abgetastet: er wird als neue Serie derselben Studie neben die Datei geschrieben.</translation>
    </message>
    <message>
        <source>There is nothing to export before something was drawn or a model has looked</source>
        <translation>Es gibt nichts zu exportieren, bevor etwas gezeichnet wurde oder ein Modell hingesehen hat</translation>
    </message>
    <message>
        <source>no model draws {structure}</source>
        <translation>kein Modell zeichnet {structure}</translation>
    </message>
    <message>
        <source>Looking at the folder</source>
        <translation>Der Ordner wird angesehen</translation>
    </message>
    <message>
        <source>Wrote {count} to {folder}, read back and compared. Research use, not a medical device.</source>
        <translation>{count} nach {folder} geschrieben, zurückgelesen und verglichen. Für Forschung, kein Medizinprodukt.</translation>
    </message>
    <message>
        <source>Save latents</source>
        <translation>Latente Größen speichern</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>Wrote {done}</source>
        <translation>{done} geschrieben</translation>
    </message>
    <message>
        <source>Load latents</source>
        <translation>Latente Größen laden</translation>
    </message>
    <message>
        <source>Latents</source>
        <translation>Latente Größen</translation>
    </message>
    <message>
        <source>Uncertainty by slice</source>
        <translation>Unsicherheit je Schicht</translation>
    </message>
    <message>
        <source>Volume over raters and samples</source>
        <translation>Volumen je Rater und Stichprobe</translation>
    </message>
    <message>
        <source>Writing the crash log</source>
        <translation>Absturzprotokoll wird geschrieben</translation>
    </message>
    <message>
        <source>Details are in {file}</source>
        <translation>Einzelheiten stehen in {file}</translation>
    </message>
    <message>
        <source>Recent files, last folders and the places of cases are forgotten; all work is kept</source>
        <translation>Letzte Dateien, letzte Ordner und Orte der Fälle sind vergessen; alle Arbeit bleibt</translation>
    </message>
    <message>
        <source>Scans (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr *.dcm *.png *.jpg *.jpeg *.tif *.tiff);;All files (*)</source>
        <translation>Scans (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr *.dcm *.png *.jpg *.jpeg *.tif *.tiff);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open scan</source>
        <translation>Scan öffnen</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Listing the models</source>
        <translation>Modelle werden aufgelistet</translation>
    </message>
    <message>
        <source>Other images than the model&apos;s</source>
        <translation>Andere Bilder als die des Modells</translation>
    </message>
    <message>
        <source>Use it all the same</source>
        <translation>Trotzdem verwenden</translation>
    </message>
    <message>
        <source>Choose another model</source>
        <translation>Anderes Modell wählen</translation>
    </message>
    <message>
        <source>Clear traces</source>
        <translation>Spuren löschen</translation>
    </message>
    <message>
        <source>Forget where the scans of this computer lie?</source>
        <translation>Vergessen, wo die Scans dieses Rechners liegen?</translation>
    </message>
    <message>
        <source>This goes: recent files, the last folders, and the paths of cases in the project of this window. What you did stays: sliders, contours, accepted readings and their history; a case is known again when its scan is opened.</source>
        <translation>Das geht: letzte Dateien, letzte Ordner und die Pfade der Fälle im Projekt dieses Fensters. Was Sie taten, bleibt: Regler, Konturen, angenommene Befunde und ihr Verlauf; ein Fall wird wieder erkannt, wenn sein Scan geöffnet wird.</translation>
    </message>
    <message>
        <source>{steps} could not be kept</source>
        <translation>Nicht gesichert: {steps}</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>identity Dice</source>
        <translation>Identitäts-Dice</translation>
    </message>
    <message>
        <source>diversity of samples</source>
        <translation>Vielfalt der Stichproben</translation>
    </message>
    <message>
        <source>diversity of raters</source>
        <translation>Vielfalt der Rater</translation>
    </message>
    <message>
        <source>Structures in figures</source>
        <translation>Strukturen in Zahlen</translation>
    </message>
    <message>
        <source>Values are those of the voxels inside, in the channel in view.</source>
        <translation>Werte sind die der Voxel darin, im gezeigten Kanal.</translation>
    </message>
    <message>
        <source>Copy the table as text with tabs, for a spreadsheet</source>
        <translation>Die Tabelle als Text mit Tabulatoren kopieren, für eine Tabellenkalkulation</translation>
    </message>
    <message>
        <source>Save CSV…</source>
        <translation>CSV speichern…</translation>
    </message>
    <message>
        <source>Nothing is drawn of {names}</source>
        <translation>Nichts gezeichnet ist von {names}</translation>
    </message>
    <message>
        <source>slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>state</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>SD</source>
        <translation>SD</translation>
    </message>
    <message>
        <source>min</source>
        <translation>min</translation>
    </message>
    <message>
        <source>median</source>
        <translation>Median</translation>
    </message>
    <message>
        <source>max</source>
        <translation>max</translation>
    </message>
    <message>
        <source>centre (mm)</source>
        <translation>Mitte (mm)</translation>
    </message>
    <message>
        <source>Patient ID</source>
        <translation>Patienten-ID</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>Modality</source>
        <translation>Modalität</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>Archive (PACS)</source>
        <translation>Archiv (PACS)</translation>
    </message>
    <message>
        <source>Save node</source>
        <translation>Knoten speichern</translation>
    </message>
    <message>
        <source>Remove node</source>
        <translation>Knoten entfernen</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Fetch and open</source>
        <translation>Holen und öffnen</translation>
    </message>
    <message>
        <source>Send files…</source>
        <translation>Dateien senden…</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>Noch einmal senden</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Name, * for any</source>
        <translation>Name, * für alle</translation>
    </message>
    <message>
        <source>Date YYYYMMDD[-YYYYMMDD]</source>
        <translation>Datum JJJJMMTT[-JJJJMMTT]</translation>
    </message>
    <message>
        <source>Accession</source>
        <translation>Auftragsnummer</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Serien</translation>
    </message>
    <message>
        <source>Folder for fetched images</source>
        <translation>Ordner für geholte Bilder</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Sends that wait</source>
        <translation>Wartende Sendungen</translation>
    </message>
    <message>
        <source>Nothing was found.</source>
        <translation>Nichts gefunden.</translation>
    </message>
    <message>
        <source>file</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>{count} to {node}, {when}: {reason}</source>
        <translation>{count} an {node}, {when}: {reason}</translation>
    </message>
    <message>
        <source>New node</source>
        <translation>Neuer Knoten</translation>
    </message>
    <message>
        <source>DICOM (*.dcm);;All files (*)</source>
        <translation>DICOM (*.dcm);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Not kept yet</source>
        <translation>Noch nicht gesichert</translation>
    </message>
    <message>
        <source>{reason}. They are lost when the window is closed now.</source>
        <translation>{reason}. Sie gehen verloren, wenn das Fenster jetzt geschlossen wird.</translation>
    </message>
    <message>
        <source>The project cannot be written</source>
        <translation>Das Projekt kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Close and lose them</source>
        <translation>Schließen und verlieren</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>Bleiben</translation>
    </message>
    <message>
        <source>Draw as rater: press 1 to 9</source>
        <translation>Zeichnen wie Rater: 1 bis 9 drücken</translation>
    </message>
    <message>
        <source>No model is installed here. Browse for the folder of one.</source>
        <translation>Hier ist kein Modell installiert. Wählen Sie den Ordner eines Modells.</translation>
    </message>
    <message>
        <source>rater</source>
        <translation>Rater</translation>
    </message>
    <message>
        <source>raters</source>
        <translation>Rater</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>  (in use)</source>
        <translation>  (in Gebrauch)</translation>
    </message>
    <message>
        <source>Which model shall look at the scan?</source>
        <translation>Welches Modell soll den Scan ansehen?</translation>
    </message>
    <message>
        <source>Choose a model&apos;s folder (with card.json and model.safetensors)</source>
        <translation>Den Ordner eines Modells wählen (mit card.json und model.safetensors)</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Dieses Modell verwenden</translation>
    </message>
    <message>
        <source>Folder of a model</source>
        <translation>Ordner eines Modells</translation>
    </message>
    <message>
        <source>Raters</source>
        <translation>Rater</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>This model has {count}</source>
        <translation>Dieses Modell hat {count}</translation>
    </message>
    <message>
        <source>the picture could not be written</source>
        <translation>das Bild konnte nicht geschrieben werden</translation>
    </message>
    <message>
        <source>Check the folder and free space</source>
        <translation>Ordner und freien Platz prüfen</translation>
    </message>
    <message>
        <source>Save screenshot</source>
        <translation>Bildschirmfoto speichern</translation>
    </message>
    <message>
        <source>Save screenshot without patient data</source>
        <translation>Bildschirmfoto ohne Patientendaten speichern</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>The picture is saved as {name}</source>
        <translation>Das Bild ist als {name} gespeichert</translation>
    </message>
    <message>
        <source>Saving the picture</source>
        <translation>Bild wird gespeichert</translation>
    </message>
    <message>
        <source>Cancel the running work</source>
        <translation>Die laufende Arbeit abbrechen</translation>
    </message>
    <message>
        <source>Where the model runs, and the memory that it may use for slices it has worked out</source>
        <translation>Wo das Modell rechnet, und wie viel Speicher es für fertig gerechnete Schichten nehmen darf</translation>
    </message>
    <message>
        <source>From the last move of a slider to its contours on screen</source>
        <translation>Von der letzten Bewegung eines Reglers bis zu seinen Konturen im Bild</translation>
    </message>
    <message>
        <source>Who signs accepted readings here; click to change</source>
        <translation>Wer hier angenommene Befunde zeichnet; Klick zum Ändern</translation>
    </message>
    <message>
        <source>Open {folder}</source>
        <translation>{folder} öffnen</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
    <message>
        <source>reader: {name}</source>
        <translation>Befunder: {name}</translation>
    </message>
    <message>
        <source>slider → pixels 10000 ms</source>
        <translation>Regler → Pixel 10000 ms</translation>
    </message>
    <message>
        <source>slider → pixels {milliseconds:.0f} ms</source>
        <translation>Regler → Pixel {milliseconds:.0f} ms</translation>
    </message>
    <message>
        <source>Review or Trainer</source>
        <translation>Review oder Trainer</translation>
    </message>
    <message>
        <source>Scan and uncertainty</source>
        <translation>Scan und Unsicherheit</translation>
    </message>
    <message>
        <source>Left the scan with contours, right the same slice as map of uncertainty. The wheel goes through the slices, Ctrl and the wheel zoom, the middle button moves, the right one sets the grey levels.</source>
        <translation>Links der Scan mit Konturen, rechts dieselbe Schicht als Karte der Unsicherheit. Das Rad geht durch die Schichten, Strg und Rad zoomen, die mittlere Taste verschiebt, die rechte stellt die Grauwerte ein.</translation>
    </message>
    <message>
        <source>Who draws</source>
        <translation>Wer zeichnet</translation>
    </message>
    <message>
        <source>Each rater&apos;s way of drawing is a preset. Move a slider and the contour follows at once; between two raters lies every blend of them.</source>
        <translation>Die Art jedes Raters zu zeichnen ist eine Voreinstellung. Bewegen Sie einen Regler, folgt die Kontur sofort; zwischen zwei Ratern liegt jede Mischung.</translation>
    </message>
    <message>
        <source>What the image leaves open</source>
        <translation>Was das Bild offen lässt</translation>
    </message>
    <message>
        <source>These sliders move the contour as far as this image allows. Random shows another plausible contour, and a setting can be remembered.</source>
        <translation>Diese Regler bewegen die Kontur so weit, wie dieses Bild es zulässt. Random zeigt eine andere plausible Kontur, und eine Einstellung kann gemerkt werden.</translation>
    </message>
    <message>
        <source>Where to look</source>
        <translation>Wo hinzusehen ist</translation>
    </message>
    <message>
        <source>The bars say how uncertain each slice is, the signs above them where regions of doubt lie. Click a bar, or press N for the most doubtful region that you have not seen.</source>
        <translation>Die Balken sagen, wie unsicher jede Schicht ist, die Zeichen darüber, wo Stellen im Zweifel liegen. Klicken Sie einen Balken an, oder drücken Sie N für die zweifelhafteste Stelle, die Sie noch nicht gesehen haben.</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>When the contour is right, accept the structure with Ctrl+Return. Everything can be undone with Ctrl+Z, and all work is kept by itself.</source>
        <translation>Wenn die Kontur stimmt, nehmen Sie die Struktur mit Strg+Eingabe an. Alles lässt sich mit Strg+Z zurücknehmen, und alle Arbeit wird von selbst gesichert.</translation>
    </message>
    <message>
        <source>Every command</source>
        <translation>Jeder Befehl</translation>
    </message>
    <message>
        <source>Ctrl+K finds any command by its name, F1 shows all keys. Export writes contours for other programs.</source>
        <translation>Strg+K findet jeden Befehl nach seinem Namen, F1 zeigt alle Tasten. Exportieren schreibt Konturen für andere Programme.</translation>
    </message>
    <message>
        <source>On this slice only</source>
        <translation>Nur auf dieser Schicht</translation>
    </message>
    <message>
        <source>Do it</source>
        <translation>Ausführen</translation>
    </message>
    <message>
        <source>Add me as a rater…</source>
        <translation>Mich als Rater hinzufügen…</translation>
    </message>
    <message>
        <source>No rater of the model explains your strokes. Train the model on your accepted readings, in the Trainer</source>
        <translation>Kein Rater des Modells erklärt Ihre Striche. Trainieren Sie das Modell im Trainer mit Ihren angenommenen Lesungen</translation>
    </message>
    <message>
        <source>Take here</source>
        <translation>Hier übernehmen</translation>
    </message>
    <message>
        <source>The change under the pointer, or nearest to it, on this slice</source>
        <translation>Die Änderung unter dem Zeiger, oder die nächste, auf dieser Schicht</translation>
    </message>
    <message>
        <source>This slice</source>
        <translation>Diese Schicht</translation>
    </message>
    <message>
        <source>The whole proposal on this slice</source>
        <translation>Der ganze Vorschlag auf dieser Schicht</translation>
    </message>
    <message>
        <source>All slices</source>
        <translation>Alle Schichten</translation>
    </message>
    <message>
        <source>On every slice: the sliders move, your strokes stay</source>
        <translation>Auf jeder Schicht: die Regler gehen mit, Ihre Striche bleiben</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Offer nothing until you draw again</source>
        <translation>Nichts anbieten, bis Sie wieder zeichnen</translation>
    </message>
    <message>
        <source>Choosing samples</source>
        <translation>Stichproben werden gewählt</translation>
    </message>
    <message>
        <source>over the whole volume</source>
        <translation>über das ganze Volumen</translation>
    </message>
    <message>
        <source>over this slice</source>
        <translation>über diese Schicht</translation>
    </message>
    <message>
        <source>Where samples are compared</source>
        <translation>Worüber Stichproben verglichen werden</translation>
    </message>
    <message>
        <source>Choosing samples…</source>
        <translation>Stichproben werden gewählt…</translation>
    </message>
    <message>
        <source>{count} candidates for what is meant of {name}, each with its share; a click takes one</source>
        <translation>{count} Kandidaten für das, was von {name} gemeint ist, jeder mit seinem Anteil; ein Klick übernimmt einen</translation>
    </message>
    <message>
        <source>{count} readings of {name}, each with the probability that the model gives it; a click takes one</source>
        <translation>{count} Befunde von {name}, jeder mit der Wahrscheinlichkeit, die das Modell ihm gibt; ein Klick übernimmt eine</translation>
    </message>
    <message>
        <source>{count} of {n} draws of {name} as they come, step by step; how frequent each is follows</source>
        <translation>{count} von {n} Ziehungen von {name}, wie sie entstehen, Schritt für Schritt; wie häufig jede ist, folgt</translation>
    </message>
    <message>
        <source>{count} samples stand for {n} draws of {name}; a click takes one</source>
        <translation>{count} Stichproben stehen für {n} Ziehungen von {name}; ein Klick übernimmt eine</translation>
    </message>
    <message>
        <source>reading {number}: {share} %</source>
        <translation>Befund {number}: {share} %</translation>
    </message>
    <message>
        <source>A draw as it comes</source>
        <translation>Eine Ziehung, die gerade entsteht</translation>
    </message>
    <message>
        <source>Candidate, {share} % of what agrees with the clicks</source>
        <translation>Kandidat, {share} % dessen, was mit den Klicks übereinstimmt</translation>
    </message>
    <message>
        <source>Sample, {share} % of all draws</source>
        <translation>Stichprobe, {share} % aller Ziehungen</translation>
    </message>
    <message>
        <source>Reading, {share} % probable</source>
        <translation>Befund, zu {share} % wahrscheinlich</translation>
    </message>
    <message>
        <source>Coded structure</source>
        <translation>Kodierte Struktur</translation>
    </message>
    <message>
        <source>The accepted reading where there is one, else the draft as it stands</source>
        <translation>Der angenommene Befund, wo es einen gibt, sonst der Entwurf, wie er steht</translation>
    </message>
    <message>
        <source>Each rater&apos;s contour</source>
        <translation>Die Kontur jedes Raters</translation>
    </message>
    <message>
        <source>As the model says each of them draws</source>
        <translation>Wie das Modell sagt, dass jeder von ihnen zeichnet</translation>
    </message>
    <message>
        <source>Consensus</source>
        <translation>Konsens</translation>
    </message>
    <message>
        <source>Where the raters&apos; mean probability is above one half, and that probability</source>
        <translation>Wo die mittlere Wahrscheinlichkeit der Rater über einhalb liegt, und diese Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>What at least so many raters would include, one inside the other</source>
        <translation>Was mindestens so viele Rater einschließen würden, eines im anderen</translation>
    </message>
    <message>
        <source>Consensus style</source>
        <translation>Konsensstil</translation>
    </message>
    <message>
        <source>The preset of that name: one contour at the mean preference</source>
        <translation>Die Voreinstellung dieses Namens: eine Kontur bei der mittleren Vorliebe</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>Stichproben</translation>
    </message>
    <message>
        <source>Random readings, spread evenly over the raters</source>
        <translation>Zufällige Befunde, gleichmäßig über die Rater verteilt</translation>
    </message>
    <message>
        <source>Uncertainty maps</source>
        <translation>Unsicherheitskarten</translation>
    </message>
    <message>
        <source>Voxel maps of the total and its parts</source>
        <translation>Voxelkarten der gesamten Unsicherheit und ihrer Teile</translation>
    </message>
    <message>
        <source>Checking the folder…</source>
        <translation>Der Ordner wird geprüft…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>All structures</source>
        <translation>Alle Strukturen</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>As</source>
        <translation>Als</translation>
    </message>
    <message>
        <source>Into</source>
        <translation>Wohin</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Number of samples</source>
        <translation>Zahl der Stichproben</translation>
    </message>
    <message>
        <source>This structure ({active})</source>
        <translation>Diese Struktur ({active})</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keiner</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Structure name</source>
        <translation>Name der Struktur</translation>
    </message>
    <message>
        <source>Interpreted type</source>
        <translation>Interpretierter Typ</translation>
    </message>
    <message>
        <source> and {n} more</source>
        <translation> und {n} weitere</translation>
    </message>
    <message>
        <source>Already there: {names}.</source>
        <translation>Schon da: {names}.</translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Replace these {n} files</source>
        <translation>Diese {n} Dateien ersetzen</translation>
    </message>
    <message>
        <source>The folder will be made.</source>
        <translation>Der Ordner wird angelegt.</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>Exportieren nach</translation>
    </message>
    <message>
        <source>Research use, not a medical device</source>
        <translation>Für Forschung, kein Medizinprodukt</translation>
    </message>
    <message>
        <source>Take it voxel for voxel</source>
        <translation>Voxel für Voxel übernehmen</translation>
    </message>
    <message>
        <source>Open contours</source>
        <translation>Konturen öffnen</translation>
    </message>
    <message>
        <source>{name} lies beside this scan</source>
        <translation>{name} liegt neben diesem Scan</translation>
    </message>
    <message>
        <source>{difference}. It has as many voxels as the scan, so it can be taken voxel for voxel; files made from it will say so. Only do this if it was drawn on this scan.</source>
        <translation>{difference}. Die Datei hat so viele Voxel wie der Scan und kann deshalb Voxel für Voxel übernommen werden; Dateien, die daraus entstehen, sagen das. Tun Sie das nur, wenn auf diesem Scan gezeichnet wurde.</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>Nicht übernehmen</translation>
    </message>
    <message>
        <source>C-GET (on our own connection)</source>
        <translation>C-GET (über unsere eigene Verbindung)</translation>
    </message>
    <message>
        <source>C-MOVE (the archive connects to us)</source>
        <translation>C-MOVE (das Archiv verbindet sich mit uns)</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer *.key);;All files (*)</source>
        <translation>Zertifikate (*.pem *.crt *.cer *.key);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>The archive must know this computer with our AE title and this port</source>
        <translation>Das Archiv muss diesen Rechner mit unserem AE-Titel und diesem Port kennen</translation>
    </message>
    <message>
        <source>Encrypt (TLS)</source>
        <translation>Verschlüsseln (TLS)</translation>
    </message>
    <message>
        <source>Trusted certificates</source>
        <translation>Vertraute Zertifikate</translation>
    </message>
    <message>
        <source>PEM; empty: those of this computer</source>
        <translation>PEM; leer: die dieses Rechners</translation>
    </message>
    <message>
        <source>Our certificate</source>
        <translation>Unser Zertifikat</translation>
    </message>
    <message>
        <source>PEM; only where the archive wants one</source>
        <translation>PEM; nur, wo das Archiv eines verlangt</translation>
    </message>
    <message>
        <source>Our key</source>
        <translation>Unser Schlüssel</translation>
    </message>
    <message>
        <source>PEM; empty: it is in the certificate&apos;s file</source>
        <translation>PEM; leer: er steht in der Datei des Zertifikats</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Benutzer</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Passwort</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>Port</translation>
    </message>
    <message>
        <source>Archive&apos;s AE title</source>
        <translation>AE-Titel des Archivs</translation>
    </message>
    <message>
        <source>Our AE title</source>
        <translation>Unser AE-Titel</translation>
    </message>
    <message>
        <source>Fetch by</source>
        <translation>Holen durch</translation>
    </message>
    <message>
        <source>Our port</source>
        <translation>Unser Port</translation>
    </message>
    <message>
        <source>Readings are signed, so that those of several people can be told apart. Choose a pseudonym, such as reader1: it is written into the project and into what is exported from it. It can be changed in the status bar; readings keep the one under which they were accepted.</source>
        <translation>Befunde werden gezeichnet, damit die verschiedener Personen unterscheidbar sind. Wählen Sie ein Pseudonym, etwa reader1: es wird in das Projekt geschrieben und in das, was daraus exportiert wird. Es lässt sich in der Statuszeile ändern; Befunde behalten das, unter dem sie angenommen wurden.</translation>
    </message>
    <message>
        <source>Who draws here?</source>
        <translation>Wer zeichnet hier?</translation>
    </message>
    <message>
        <source>I draw as</source>
        <translation>Ich zeichne als</translation>
    </message>
    <message>
        <source>Pseudonym</source>
        <translation>Pseudonym</translation>
    </message>
    <message>
        <source>Use this name</source>
        <translation>Diesen Namen verwenden</translation>
    </message>
    <message>
        <source>Which series?</source>
        <translation>Welche Serie?</translation>
    </message>
    <message>
        <source>Several images</source>
        <translation>Mehrere Bilder</translation>
    </message>
    <message>
        <source>This folder holds {n} images. Which one shall be opened?</source>
        <translation>Dieser Ordner enthält {n} Bilder. Welches soll geöffnet werden?</translation>
    </message>
    <message>
        <source>{place} holds {n} images. Which one shall be opened?</source>
        <translation>{place} enthält {n} Bilder. Welches soll geöffnet werden?</translation>
    </message>
    <message>
        <source>{n} images were chosen. As what shall they be opened?</source>
        <translation>{n} Bilder wurden gewählt. Als was sollen sie geöffnet werden?</translation>
    </message>
    <message>
        <source>As {n} cases</source>
        <translation>Als {n} Fälle</translation>
    </message>
    <message>
        <source>Laid on the grid of the first; all show the same person</source>
        <translation>Auf das Gitter des ersten gelegt; alle zeigen dieselbe Person</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Only the marked one</source>
        <translation>Nur das markierte</translation>
    </message>
    <message>
        <source>As channels of one scan</source>
        <translation>Als Kanäle eines Scans</translation>
    </message>
    <message>
        <source>Every image is a case of the worklist</source>
        <translation>Jedes Bild ist ein Fall der Arbeitsliste</translation>
    </message>
    <message>
        <source>Name of the structure</source>
        <translation>Name der Struktur</translation>
    </message>
    <message>
        <source>Names of TG-263 are offered while you type; any other name will do as well.</source>
        <translation>Namen nach TG-263 werden beim Tippen angeboten; jeder andere Name geht auch.</translation>
    </message>
    <message>
        <source>Provisional: measured on the slices encoded so far</source>
        <translation>Vorläufig: gemessen auf den bisher kodierten Schichten</translation>
    </message>
    <message>
        <source>Fewer axes</source>
        <translation>Weniger Achsen</translation>
    </message>
    <message>
        <source>more axis</source>
        <translation>weitere Achse</translation>
    </message>
    <message>
        <source>more axes</source>
        <translation>weitere Achsen</translation>
    </message>
    <message>
        <source>Blend of raters</source>
        <translation>Mischung von Ratern</translation>
    </message>
    <message>
        <source>not a blend</source>
        <translation>keine Mischung</translation>
    </message>
    <message>
        <source>Drag to blend raters; arrow keys move the point, Home mixes all alike</source>
        <translation>Ziehen mischt die Rater; die Pfeiltasten bewegen den Punkt, Pos1 mischt alle gleich</translation>
    </message>
    <message>
        <source>This model does not fit this scan: its contours may mean nothing.</source>
        <translation>Dieses Modell passt nicht zu diesem Scan: seine Konturen bedeuten vielleicht nichts.</translation>
    </message>
    <message>
        <source>How this scan was made is not known</source>
        <translation>Wie diese Aufnahme entstand, ist nicht bekannt</translation>
    </message>
    <message>
        <source>Made like the training scans</source>
        <translation>Entstanden wie die Aufnahmen des Trainings</translation>
    </message>
    <message>
        <source>Unlike the training scans: {times} times as far as they go</source>
        <translation>Anders als die Aufnahmen des Trainings: {times}-mal so weit, wie diese reichen</translation>
    </message>
    <message>
        <source>Very unlike the training scans: {times} times as far as they go</source>
        <translation>Ganz anders als die Aufnahmen des Trainings: {times}-mal so weit, wie diese reichen</translation>
    </message>
    <message>
        <source>The model does not fit</source>
        <translation>Das Modell passt nicht</translation>
    </message>
    <message>
        <source>Choose a model…</source>
        <translation>Modell wählen…</translation>
    </message>
    <message>
        <source>Adjust for the scanner</source>
        <translation>Auf den Scanner abgleichen</translation>
    </message>
    <message>
        <source>On: drawn as if any scanner of the training had made the scan. Dashed: without. Off: as this one did</source>
        <translation>An: gezeichnet, als könnte jeder Scanner des Trainings die Aufnahme gemacht haben. Gestrichelt: ohne. Aus: wie dieser es nahelegt</translation>
    </message>
    <message>
        <source>{position} standard deviations</source>
        <translation>{position} Standardabweichungen</translation>
    </message>
    <message>
        <source>Left/Right one step</source>
        <translation>Links/Rechts ein Schritt</translation>
    </message>
    <message>
        <source>Left/Right 0.1 sd, with Shift 0.5 sd</source>
        <translation>Links/Rechts 0.1 SD, mit Umschalt 0.5 SD</translation>
    </message>
    <message>
        <source>Drag or click; {keys}; double click, Home or 0 resets</source>
        <translation>Ziehen oder klicken; {keys}; Doppelklick, Pos1 oder 0 setzt zurück</translation>
    </message>
    <message>
        <source>{position} sd</source>
        <translation>{position} SD</translation>
    </message>
    <message>
        <source>Notices about this scan</source>
        <translation>Hinweise zu diesem Scan</translation>
    </message>
    <message>
        <source>Hide these notices until the case is opened again</source>
        <translation>Diese Hinweise verbergen, bis der Fall wieder geöffnet wird</translation>
    </message>
    <message>
        <source>Hide the notices</source>
        <translation>Hinweise verbergen</translation>
    </message>
    <message>
        <source>fewer</source>
        <translation>weniger</translation>
    </message>
    <message>
        <source>{left} more</source>
        <translation>{left} weitere</translation>
    </message>
    <message>
        <source>Remembered settings</source>
        <translation>Gemerkte Einstellungen</translation>
    </message>
    <message>
        <source>{words}
Click to go back to it; Delete forgets it</source>
        <translation>{words}
Klicken, um dorthin zurückzugehen; Entf vergisst sie</translation>
    </message>
    <message>
        <source>Go back to it</source>
        <translation>Dorthin zurückgehen</translation>
    </message>
    <message>
        <source>Forget it</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Show {name}</source>
        <translation>{name} zeigen</translation>
    </message>
    <message>
        <source>{name} is accepted: click to reopen it</source>
        <translation>{name} ist angenommen: klicken, um die Struktur wieder zu öffnen</translation>
    </message>
    <message>
        <source>What can be done with {name}</source>
        <translation>Was mit {name} getan werden kann</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>bearbeitet</translation>
    </message>
    <message>
        <source>current structure</source>
        <translation>aktuelle Struktur</translation>
    </message>
    <message>
        <source>click to make it current</source>
        <translation>klicken, um sie zur aktuellen zu machen</translation>
    </message>
    <message>
        <source>{name} is locked: click to unlock it</source>
        <translation>{name} ist gesperrt: klicken, um zu entsperren</translation>
    </message>
    <message>
        <source>Hide {name}</source>
        <translation>{name} verbergen</translation>
    </message>
    <message>
        <source>Open a scan to see and add structures.</source>
        <translation>Öffnen Sie einen Scan, um Strukturen zu sehen und hinzuzufügen.</translation>
    </message>
    <message>
        <source>Add structure</source>
        <translation>Struktur hinzufügen</translation>
    </message>
    <message>
        <source>Add a structure of your own, to be drawn by hand</source>
        <translation>Eine eigene Struktur hinzufügen, von Hand zu zeichnen</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen…</translation>
    </message>
    <message>
        <source>Colour…</source>
        <translation>Farbe…</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>Entsperren</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>Forget all strokes</source>
        <translation>Alle Striche vergessen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>This case came without masks to compare with</source>
        <translation>Dieser Fall kam ohne Masken zum Vergleichen</translation>
    </message>
    <message>
        <source>preset of {rater}</source>
        <translation>Voreinstellung von {rater}</translation>
    </message>
    <message>
        <source>the current contour</source>
        <translation>die aktuelle Kontur</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>Übereinstimmung</translation>
    </message>
    <message>
        <source>{case}, {structure}: whole volume; surface Dice within {mm:g} mm. Majority: what more than half of the readings include.</source>
        <translation>{case}, {structure}: ganzes Volumen; Oberflächen-Dice bis {mm:g} mm. Mehrheit: was mehr als die Hälfte der Befunde enthält.</translation>
    </message>
    <message>
        <source>Reading the archives</source>
        <translation>Die Archive werden gelesen</translation>
    </message>
    <message>
        <source>Saving the nodes</source>
        <translation>Die Knoten werden gespeichert</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Wird gesucht</translation>
    </message>
    <message>
        <source>Fetching</source>
        <translation>Wird geholt</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Wird gesendet</translation>
    </message>
    <message>
        <source>{files} sent to {name}.</source>
        <translation>{files} an {name} gesendet.</translation>
    </message>
    <message>
        <source>file was</source>
        <translation>Datei wurde</translation>
    </message>
    <message>
        <source>files were</source>
        <translation>Dateien wurden</translation>
    </message>
    <message>
        <source>The files were sent to {name}.</source>
        <translation>Die Dateien wurden an {name} gesendet.</translation>
    </message>
    <message>
        <source>Forgetting</source>
        <translation>Wird vergessen</translation>
    </message>
    <message>
        <source>Reading the sends</source>
        <translation>Die Sendungen werden gelesen</translation>
    </message>
    <message>
        <source>the folder cannot be made ({strerror})</source>
        <translation>der Ordner kann nicht angelegt werden ({strerror})</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>Angenommen</translation>
    </message>
    <message>
        <source>Kept shape</source>
        <translation>Behaltene Form</translation>
    </message>
    <message>
        <source>Of the current contour on this slice, between pixel centres</source>
        <translation>Der aktuellen Kontur auf dieser Schicht, zwischen Pixelmitten</translation>
    </message>
    <message>
        <source>Longest diameter</source>
        <translation>Längster Durchmesser</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>Of the current contour, whole volume</source>
        <translation>Der aktuellen Kontur, ganzes Volumen</translation>
    </message>
    <message>
        <source>Volume of the contour that stays while the sliders move</source>
        <translation>Volumen der Kontur, die bleibt, während sich die Regler bewegen</translation>
    </message>
    <message>
        <source>At the sliders</source>
        <translation>An den Reglern</translation>
    </message>
    <message>
        <source>Volume of the thin preview</source>
        <translation>Volumen der dünnen Vorschau</translation>
    </message>
    <message>
        <source>smaller than these</source>
        <translation>kleiner als diese</translation>
    </message>
    <message>
        <source>Its volume is smaller than 97.5 % of the readings</source>
        <translation>Ihr Volumen ist kleiner als 97.5 % der Befunde</translation>
    </message>
    <message>
        <source>larger than these</source>
        <translation>größer als diese</translation>
    </message>
    <message>
        <source>Its volume is larger than 97.5 % of the readings</source>
        <translation>Ihr Volumen ist größer als 97.5 % der Befunde</translation>
    </message>
    <message>
        <source>This contour</source>
        <translation>Diese Kontur</translation>
    </message>
    <message>
        <source>{done} of {slices}</source>
        <translation>{done} von {slices}</translation>
    </message>
    <message>
        <source>slice</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>slices</source>
        <comment>of, dative</comment>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>2.5th to 97.5th percentile over raters and samples, all slices</source>
        <translation>2.5. bis 97.5. Perzentil über Rater und Stichproben, alle Schichten</translation>
    </message>
    <message>
        <source>95 % of readings</source>
        <translation>95 % der Befunde</translation>
    </message>
    <message>
        <source>N next · Shift+N back</source>
        <translation>N weiter · Umschalt+N zurück</translation>
    </message>
    <message>
        <source>Of places shown as {said} % agreed, raters included {were} % ({count} validation cases)</source>
        <translation>Von Stellen mit gezeigter Übereinstimmung von {said} % schlossen Rater {were} % ein ({count} Validierungsfälle)</translation>
    </message>
    <message>
        <source>As the model&apos;s card has it; places where raters or draws include anything</source>
        <translation>Nach der Karte des Modells; Stellen, die Rater oder Ziehungen einschließen</translation>
    </message>
    <message>
        <source>{said} %: {were} %</source>
        <translation>{said} %: {were} %</translation>
    </message>
    <message>
        <source>No region of doubt is left</source>
        <translation>Kein Zweifelsbereich ist übrig</translation>
    </message>
    <message>
        <source>N next · {count} left, {doubt}</source>
        <translation>N weiter · {count} übrig, {doubt}</translation>
    </message>
    <message>
        <source>N next · {count} left, {doubt} · volume ±{change} ({sure} %)</source>
        <translation>N weiter · {count} übrig, {doubt} · Volumen ±{change} ({sure} %)</translation>
    </message>
    <message>
        <source>N next · {count} left · ±{change} ({sure} %)</source>
        <translation>N weiter · {count} übrig · ±{change} ({sure} %)</translation>
    </message>
    <message>
        <source>No region of doubt is left.</source>
        <translation>Kein Zweifelsbereich ist übrig.</translation>
    </message>
    <message>
        <source>1 region of doubt left: {doubt}.</source>
        <translation>1 Zweifelsbereich übrig: {doubt}.</translation>
    </message>
    <message>
        <source>{count} regions of doubt left: {doubt}.</source>
        <translation>{count} Zweifelsbereiche übrig: {doubt}.</translation>
    </message>
    <message>
        <source>What is left could change the volume by at most {change} ({sure} %).</source>
        <translation>Was übrig ist, könnte das Volumen um höchstens {change} ändern ({sure} %).</translation>
    </message>
    <message>
        <source>region {n} of {all}</source>
        <translation>Bereich {n} von {all}</translation>
    </message>
    <message>
        <source>{volume} in doubt</source>
        <translation>{volume} im Zweifel</translation>
    </message>
    <message>
        <source>Contours (*.dcm *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr *.xml *.png *.tif *.tiff);;All files (*)</source>
        <translation>Konturen (*.dcm *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr *.xml *.png *.tif *.tiff);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>reading contours</source>
        <translation>Konturen werden gelesen</translation>
    </message>
    <message>
        <source>Reading contours</source>
        <translation>Konturen werden gelesen</translation>
    </message>
    <message>
        <source>a drawing of {rater} that the case has</source>
        <translation>eine Zeichnung von {rater}, die der Fall hat</translation>
    </message>
    <message>
        <source>{rater} is the reference</source>
        <translation>{rater} ist die Referenz</translation>
    </message>
    <message>
        <source>Added {raters} to the raters of this case</source>
        <translation>{raters} zu den Ratern dieses Falls hinzugefügt</translation>
    </message>
    <message>
        <source>The names could not be kept for the next time ({error})</source>
        <translation>Die Namen konnten nicht für das nächste Mal behalten werden ({error})</translation>
    </message>
    <message>
        <source>Keeping the names</source>
        <translation>Die Namen werden gesichert</translation>
    </message>
    <message>
        <source>Counting given masks</source>
        <translation>Mitgelieferte Masken werden ausgezählt</translation>
    </message>
    <message>
        <source>Axis</source>
        <translation>Achse</translation>
    </message>
    <message>
        <source>{seen} of {slices} encoded</source>
        <translation>{seen} von {slices} kodiert</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>Modus</translation>
    </message>
    <message>
        <source>larger</source>
        <translation>größer</translation>
    </message>
    <message>
        <source>smaller</source>
        <translation>kleiner</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Wird geladen</translation>
    </message>
    <message>
        <source>making the demo scan</source>
        <translation>Demo-Scan wird gemacht</translation>
    </message>
    <message>
        <source>Opening the demo</source>
        <translation>Demo wird geöffnet</translation>
    </message>
    <message>
        <source>Opening what was open</source>
        <translation>Was offen war, wird geöffnet</translation>
    </message>
    <message>
        <source>Opening {name}</source>
        <translation>{name} wird geöffnet</translation>
    </message>
    <message>
        <source>Opening {label}</source>
        <translation>{label} wird geöffnet</translation>
    </message>
    <message>
        <source>Straightening the slices</source>
        <translation>Schichten werden begradigt</translation>
    </message>
    <message>
        <source>Listing the cases</source>
        <translation>Fälle werden aufgelistet</translation>
    </message>
    <message>
        <source>There is no further case in the worklist</source>
        <translation>In der Arbeitsliste gibt es keinen weiteren Fall</translation>
    </message>
    <message>
        <source>Open the case once before it is flagged</source>
        <translation>Den Fall einmal öffnen, bevor er markiert wird</translation>
    </message>
    <message>
        <source>The case was removed from the project; its files were not touched</source>
        <translation>Der Fall wurde aus dem Projekt entfernt; seine Dateien blieben unberührt</translation>
    </message>
    <message>
        <source>Removing the case</source>
        <translation>Der Fall wird entfernt</translation>
    </message>
    <message>
        <source>loading the model</source>
        <translation>Modell wird geladen</translation>
    </message>
    <message>
        <source>first contour</source>
        <translation>erste Kontur</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Modell wird geladen</translation>
    </message>
    <message>
        <source>Previews</source>
        <translation>Vorschaubilder</translation>
    </message>
    <message>
        <source>Projects (*.project);;All files (*)</source>
        <translation>Projekte (*.project);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open or make a project</source>
        <translation>Projekt öffnen oder anlegen</translation>
    </message>
    <message>
        <source>This window works in that project already</source>
        <translation>Dieses Fenster arbeitet schon in diesem Projekt</translation>
    </message>
    <message>
        <source>Opening the project</source>
        <translation>Projekt wird geöffnet</translation>
    </message>
    <message>
        <source>This window works in a private project already</source>
        <translation>Dieses Fenster arbeitet schon in einem privaten Projekt</translation>
    </message>
    <message>
        <source>1 step is</source>
        <translation>1 Schritt ist</translation>
    </message>
    <message>
        <source>{left} steps are</source>
        <translation>{left} Schritte sind</translation>
    </message>
    <message>
        <source>{steps} not in the project yet, so it stays open</source>
        <translation>{steps} noch nicht im Projekt, deshalb bleibt es offen</translation>
    </message>
    <message>
        <source>Save it under another name, or wait until it can be written</source>
        <translation>Unter einem anderen Namen speichern, oder warten, bis es geschrieben werden kann</translation>
    </message>
    <message>
        <source>A project from elsewhere</source>
        <translation>Ein Projekt von anderswo</translation>
    </message>
    <message>
        <source>This project was made by another account or on another computer.</source>
        <translation>Dieses Projekt wurde von einem anderen Konto oder auf einem anderen Rechner angelegt.</translation>
    </message>
    <message>
        <source>May the places where its images lie be looked at? Until then its cases cannot be opened.</source>
        <translation>Darf dort nachgesehen werden, wo seine Bilder liegen? Bis dahin lassen sich seine Fälle nicht öffnen.</translation>
    </message>
    <message>
        <source>Look there</source>
        <translation>Dort nachsehen</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Jetzt nicht</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>Projekt</translation>
    </message>
    <message>
        <source>Save a copy to share</source>
        <translation>Kopie zum Weitergeben speichern</translation>
    </message>
    <message>
        <source>Save project as</source>
        <translation>Projekt speichern unter</translation>
    </message>
    <message>
        <source>Wrote {path}</source>
        <translation>{path} geschrieben</translation>
    </message>
    <message>
        <source>Copying the project</source>
        <translation>Projekt wird kopiert</translation>
    </message>
    <message>
        <source>Collecting images</source>
        <translation>Bilder werden eingesammelt</translation>
    </message>
    <message>
        <source>Copied to {folder}</source>
        <translation>Nach {folder} kopiert</translation>
    </message>
    <message>
        <source>Remove case</source>
        <translation>Fall entfernen</translation>
    </message>
    <message>
        <source>Erase what was done to this case?</source>
        <translation>Löschen, was an diesem Fall getan wurde?</translation>
    </message>
    <message>
        <source>Its sliders, contours, accepted readings and history are erased from the project and cannot be brought back. The scan&apos;s own files are not touched.</source>
        <translation>Seine Regler, Konturen, angenommenen Befunde und ihr Verlauf werden aus dem Projekt gelöscht und lassen sich nicht zurückholen. Die Dateien des Scans bleiben unberührt.</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Proposal: other slices are being worked out</source>
        <translation>Vorschlag: andere Schichten werden berechnet</translation>
    </message>
    <message>
        <source>Proposal</source>
        <translation>Vorschlag</translation>
    </message>
    <message>
        <source>Proposal {volume}{change}</source>
        <translation>Vorschlag {volume}{change}</translation>
    </message>
    <message>
        <source>a new way of drawing</source>
        <translation>eine neue Art zu zeichnen</translation>
    </message>
    <message>
        <source>most like {rater} (such a guess is right in {right} %)</source>
        <translation>am ehesten wie {rater} (so eine Vermutung stimmt in {right} %)</translation>
    </message>
    <message>
        <source>you draw like {rater} ({odds} %; such odds are right in {right} %)</source>
        <translation>Sie zeichnen wie {rater} ({odds} %; so etwas stimmt in {right} %)</translation>
    </message>
    <message>
        <source>voxel</source>
        <translation>Voxel</translation>
    </message>
    <message>
        <source>voxels</source>
        <translation>Voxel</translation>
    </message>
    <message>
        <source>from {strokes} that you drew</source>
        <translation>aus {strokes}, die Sie zeichneten</translation>
    </message>
    <message>
        <source>Add a structure</source>
        <translation>Struktur hinzufügen</translation>
    </message>
    <message>
        <source>Rename {old}</source>
        <translation>{old} umbenennen</translation>
    </message>
    <message>
        <source>Colour of {name}</source>
        <translation>Farbe von {name}</translation>
    </message>
    <message>
        <source>Nothing was drawn on this slice</source>
        <translation>Auf dieser Schicht wurde nichts gezeichnet</translation>
    </message>
    <message>
        <source>Measuring the volume</source>
        <translation>Das Volumen wird gemessen</translation>
    </message>
    <message>
        <source>Accepting</source>
        <translation>Wird angenommen</translation>
    </message>
    <message>
        <source>Carrying strokes through the volume</source>
        <translation>Striche werden durch das Volumen getragen</translation>
    </message>
    <message>
        <source>Drawing</source>
        <translation>Wird gezeichnet</translation>
    </message>
    <message>
        <source>Uncertainty of the slice</source>
        <translation>Unsicherheit der Schicht</translation>
    </message>
    <message>
        <source>Sliders</source>
        <translation>Regler</translation>
    </message>
    <message>
        <source>Regions of doubt</source>
        <translation>Zweifelsbereiche</translation>
    </message>
    <message>
        <source>What is left in doubt</source>
        <translation>Was im Zweifel bleibt</translation>
    </message>
    <message>
        <source>Fit of the model</source>
        <translation>Passen des Modells</translation>
    </message>
    <message>
        <source>An internal error stopped this work ({name}).</source>
        <translation>Ein interner Fehler brach diese Arbeit ab ({name}).</translation>
    </message>
    <message>
        <source>case {number}</source>
        <translation>Fall {number}</translation>
    </message>
    <message>
        <source>the settings cannot be kept</source>
        <translation>die Einstellungen können nicht gesichert werden</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>what kind of model; the guide&apos;s page on methods compares them</source>
        <translation>welche Art von Modell; die Seite der Anleitung über Verfahren vergleicht sie</translation>
    </message>
    <message>
        <source>As shipped</source>
        <translation>Wie ausgeliefert</translation>
    </message>
    <message>
        <source>Every choice here as the shipped recipe has it</source>
        <translation>Jede Wahl hier wie im ausgelieferten Rezept</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>Ends early</source>
        <translation>Endet früh</translation>
    </message>
    <message>
        <source>Ends after so many validations in a row (of 10) that brought nothing better</source>
        <translation>Endet nach so vielen Validierungen hintereinander (von 10), die nichts Besseres brachten</translation>
    </message>
    <message>
        <source>after </source>
        <translation>nach </translation>
    </message>
    <message>
        <source>Weights…</source>
        <translation>Gewichte…</translation>
    </message>
    <message>
        <source>A safetensors file of the encoder&apos;s weights, named as torchvision does</source>
        <translation>Eine safetensors-Datei mit den Gewichten des Encoders, benannt wie bei torchvision</translation>
    </message>
    <message>
        <source>Choose the file of the {encoder}&apos;s weights (Advanced).</source>
        <translation>Wählen Sie die Datei mit den Gewichten von {encoder} (Erweitert).</translation>
    </message>
    <message>
        <source>no file chosen</source>
        <translation>keine Datei gewählt</translation>
    </message>
    <message>
        <source>Weights of the encoder</source>
        <translation>Gewichte des Encoders</translation>
    </message>
    <message>
        <source>safetensors (*.safetensors)</source>
        <translation>safetensors (*.safetensors)</translation>
    </message>
    <message>
        <source>Advanced: {count} changed</source>
        <translation>Erweitert: {count} geändert</translation>
    </message>
    <message>
        <source>Advanced: as shipped</source>
        <translation>Erweitert: wie ausgeliefert</translation>
    </message>
    <message>
        <source>{choice}, as shipped</source>
        <translation>{choice}, wie ausgeliefert</translation>
    </message>
    <message>
        <source>The model learns from it</source>
        <translation>Das Modell lernt daraus</translation>
    </message>
    <message>
        <source>Validation: never learnt from; the best weights are chosen by it</source>
        <translation>Validierung: daraus wird nie gelernt; nach ihr werden die besten Gewichte gewählt</translation>
    </message>
    <message>
        <source>Test: set aside, never looked at in training; judged once, afterwards</source>
        <translation>Test: zurückgelegt, im Training nie angesehen; wird danach einmal beurteilt</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Ausgelassen</translation>
    </message>
    <message>
        <source>annotated</source>
        <translation>gezeichnet</translation>
    </message>
    <message>
        <source>resampled</source>
        <translation>neu abgetastet</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>patient {patient}</source>
        <translation>Patient {patient}</translation>
    </message>
    <message>
        <source>Double click opens it in Review</source>
        <translation>Doppelklick öffnet ihn in Review</translation>
    </message>
    <message>
        <source>{part}
Click to change (whole patients)</source>
        <translation>{part}
Klicken zum Ändern (ganze Patienten)</translation>
    </message>
    <message>
        <source>case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>set</source>
        <translation>Teil</translation>
    </message>
    <message>
        <source>Cases and raters</source>
        <translation>Fälle und Rater</translation>
    </message>
    <message>
        <source>Compare two models</source>
        <translation>Zwei Modelle vergleichen</translation>
    </message>
    <message>
        <source>Left model</source>
        <translation>Linkes Modell</translation>
    </message>
    <message>
        <source>Right model</source>
        <translation>Rechtes Modell</translation>
    </message>
    <message>
        <source>Dice of each rater: right is better for the right model</source>
        <translation>Dice jedes Raters: rechts ist besser für das rechte Modell</translation>
    </message>
    <message>
        <source>Runs both models over these cases, as the command evaluate does</source>
        <translation>Lässt beide Modelle über diese Fälle laufen, wie der Befehl evaluate</translation>
    </message>
    <message>
        <source>Judge both on the {n_cases} validation cases of section 1</source>
        <translation>Beide an den Validierungsfällen aus Abschnitt 1 beurteilen ({n_cases})</translation>
    </message>
    <message>
        <source> (shipped)</source>
        <translation> (ausgeliefert)</translation>
    </message>
    <message>
        <source>{why} Figures per rater are not set side by side.</source>
        <translation>{why} Zahlen je Rater werden nicht nebeneinander gestellt.</translation>
    </message>
    <message>
        <source>Both judged now on the same {cases}; intervals by paired bootstrap over cases. A model that learned from them or was chosen by them looks better than it is.</source>
        <translation>Beide jetzt beurteilt, auf denselben Fällen ({cases}); Intervalle durch gepaartes Bootstrap über Fälle. Ein Modell, das aus ihnen lernte oder nach ihnen gewählt wurde, sieht besser aus, als es ist.</translation>
    </message>
    <message>
        <source>cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>No rater of these cases is known to both models: there is nothing to subtract.</source>
        <translation>Kein Rater dieser Fälle ist beiden Modellen bekannt: es gibt nichts abzuziehen.</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>What it was trained on</source>
        <translation>Womit es trainiert wurde</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>How it was made</source>
        <translation>Wie es entstand</translation>
    </message>
    <message>
        <source>Whom it knows</source>
        <translation>Wen es kennt</translation>
    </message>
    <message>
        <source>Judged on</source>
        <translation>Beurteilt an</translation>
    </message>
    <message>
        <source>The validation cases of its own training</source>
        <translation>Die Validierungsfälle seines eigenen Trainings</translation>
    </message>
    <message>
        <source>anew</source>
        <translation>von neuem</translation>
    </message>
    <message>
        <source>{stage}, from {base}</source>
        <translation>{stage}, aus {base}</translation>
    </message>
    <message>
        <source>not said</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>{made}, {steps} steps, seed {seed}</source>
        <translation>{made}, {steps} Schritte, Startwert {seed}</translation>
    </message>
    <message>
        <source>no case</source>
        <translation>keinem Fall</translation>
    </message>
    <message>
        <source>Dice, own rater</source>
        <translation>Dice, eigener Rater</translation>
    </message>
    <message>
        <source>Each rater&apos;s own prediction against that rater&apos;s masks; high is good</source>
        <translation>Die eigene Vorhersage jedes Raters gegen seine Masken; hoch ist gut</translation>
    </message>
    <message>
        <source>Dice, wrong rater</source>
        <translation>Dice, falscher Rater</translation>
    </message>
    <message>
        <source>The same with the raters exchanged: lower than the line above</source>
        <translation>Dasselbe mit vertauschten Ratern: niedriger als die Zeile darüber</translation>
    </message>
    <message>
        <source>Human majority</source>
        <translation>Mehrheit der Menschen</translation>
    </message>
    <message>
        <source>One rater against the majority of the others: the yardstick above</source>
        <translation>Ein Rater gegen die Mehrheit der anderen: das Maß für die Zeilen darüber</translation>
    </message>
    <message>
        <source>Distance between the samples and the raters&apos; masks as distributions; lower is better</source>
        <translation>Abstand zwischen den Stichproben und den Masken der Rater als Verteilungen; niedriger ist besser</translation>
    </message>
    <message>
        <source>Dice, soft</source>
        <translation>Dice, weich</translation>
    </message>
    <message>
        <source>Agreement of the mean of the samples with the mean of the masks; higher is better</source>
        <translation>Übereinstimmung des Mittels der Stichproben mit dem Mittel der Masken; höher ist besser</translation>
    </message>
    <message>
        <source>Sample diversity</source>
        <translation>Vielfalt der Stichproben</translation>
    </message>
    <message>
        <source>Mean distance between two samples; near the raters&apos; is right</source>
        <translation>Mittlerer Abstand zweier Stichproben; nahe dem der Rater ist richtig</translation>
    </message>
    <message>
        <source>Rater diversity</source>
        <translation>Vielfalt der Rater</translation>
    </message>
    <message>
        <source>Mean distance between two raters&apos; masks</source>
        <translation>Mittlerer Abstand der Masken zweier Rater</translation>
    </message>
    <message>
        <source>Whether they were judged on the same cases cannot be told</source>
        <translation>Ob sie an denselben Fällen beurteilt wurden, lässt sich nicht sagen</translation>
    </message>
    <message>
        <source>{name} was not judged on any case when it was trained.</source>
        <translation>{name} wurde beim Training an keinem Fall beurteilt.</translation>
    </message>
    <message>
        <source>They were judged on different cases: {a} and {b}.</source>
        <translation>Sie wurden an verschiedenen Fällen beurteilt: {a} und {b}.</translation>
    </message>
    <message>
        <source>Both were judged on the same {n} cases.</source>
        <translation>Beide wurden an denselben {n} Fällen beurteilt.</translation>
    </message>
    <message>
        <source>{why}: cards name cases by hashes only. Choose their data in section 1.</source>
        <translation>{why}: Karten nennen Fälle nur durch Hashwerte. Wählen Sie ihre Daten in Abschnitt 1.</translation>
    </message>
    <message>
        <source>{why}: not all of them are in {data}.</source>
        <translation>{why}: nicht alle davon sind in {data}.</translation>
    </message>
    <message>
        <source>Both were judged on the same {n} cases of {data}.</source>
        <translation>Beide wurden an denselben {n} Fällen von {data} beurteilt.</translation>
    </message>
    <message>
        <source>They were judged on different cases; {same} of {n} are the same.</source>
        <translation>Sie wurden an verschiedenen Fällen beurteilt; {same} von {n} sind dieselben.</translation>
    </message>
    <message>
        <source>looking for {name}</source>
        <translation>{name} wird gesucht</translation>
    </message>
    <message>
        <source>The raters that it knew are unchanged, exactly.</source>
        <translation>Die Rater, die es kannte, sind unverändert, exakt.</translation>
    </message>
    <message>
        <source>Nothing was forgotten of the raters that it knew.</source>
        <translation>Von den Ratern, die es kannte, wurde nichts vergessen.</translation>
    </message>
    <message>
        <source>lost {mean:.4f}</source>
        <translation>verloren {mean:.4f}</translation>
    </message>
    <message>
        <source>gained {mean:.4f}</source>
        <translation>gewannen {mean:.4f}</translation>
    </message>
    <message>
        <source>Raters that it knew {change} Dice in the mean; most lost {rater}, {worst:.4f}.</source>
        <translation>Rater, die es kannte, {change} Dice im Mittel; am meisten verlor {rater}, {worst:.4f}.</translation>
    </message>
    <message>
        <source>The base learned from {seen} of these cases, so that its figures are flattered.</source>
        <translation>Die Basis lernte aus {seen} dieser Fälle, ihre Zahlen sind also geschönt.</translation>
    </message>
    <message>
        <source>Accept or discard the training first</source>
        <translation>Zuerst das Training annehmen oder verwerfen</translation>
    </message>
    <message>
        <source>This window works in no project</source>
        <translation>Dieses Fenster arbeitet in keinem Projekt</translation>
    </message>
    <message>
        <source>reading…</source>
        <translation>wird gelesen…</translation>
    </message>
    <message>
        <source>Reading the data</source>
        <translation>Die Daten werden gelesen</translation>
    </message>
    <message>
        <source>problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>The split of a training stays what it is</source>
        <translation>Die Aufteilung eines Trainings bleibt, wie sie ist</translation>
    </message>
    <message>
        <source>Reading the case</source>
        <translation>Der Fall wird gelesen</translation>
    </message>
    <message>
        <source>Choose or drop a folder of cases:
CASE/image.nii.gz and CASE/masks/RATER.nii.gz,
or a DICOM series with one structure set a rater.</source>
        <translation>Einen Ordner mit Fällen wählen oder hierher ziehen:
CASE/image.nii.gz und CASE/masks/RATER.nii.gz,
oder eine DICOM-Serie mit einem Struktursatz je Rater.</translation>
    </message>
    <message>
        <source>Your accepted readings in Review: every case of the project that has one</source>
        <translation>Ihre angenommenen Befunde in Review: jeder Fall des Projekts, der einen hat</translation>
    </message>
    <message>
        <source>1 · Data</source>
        <translation>1 · Daten</translation>
    </message>
    <message>
        <source>Choose folder…</source>
        <translation>Ordner…</translation>
    </message>
    <message>
        <source>A folder of cases with several raters&apos; masks</source>
        <translation>Ein Ordner mit Fällen und den Masken mehrerer Rater</translation>
    </message>
    <message>
        <source>This project</source>
        <translation>Dieses Projekt</translation>
    </message>
    <message>
        <source>Look at the case in Review; masks on another grid are put on the image&apos;s</source>
        <translation>Den Fall in Review ansehen; Masken auf einem anderen Gitter werden auf das des Bildes gelegt</translation>
    </message>
    <message>
        <source>Resample</source>
        <translation>Neu abtasten</translation>
    </message>
    <message>
        <source>Put the masks on the image&apos;s grid by nearest neighbour, and use the case; the files stay as they are, and the training&apos;s record says so</source>
        <translation>Die Masken durch nächste Nachbarn auf das Gitter des Bildes legen und den Fall verwenden; die Dateien bleiben, wie sie sind, und das Protokoll des Trainings sagt es</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>Auslassen</translation>
    </message>
    <message>
        <source>Do not use this case</source>
        <translation>Diesen Fall nicht verwenden</translation>
    </message>
    <message>
        <source>A folder of cases with masks</source>
        <translation>Ein Ordner mit Fällen und Masken</translation>
    </message>
    <message>
        <source>{case} is left out. {why}</source>
        <translation>{case} bleibt aus. {why}</translation>
    </message>
    <message>
        <source>{case} is used. {why}</source>
        <translation>{case} wird verwendet. {why}</translation>
    </message>
    <message>
        <source>Folder of cases</source>
        <translation>Ordner mit Fällen</translation>
    </message>
    <message>
        <source>, 95 % interval {low} to {high}</source>
        <translation>, 95-%-Intervall {low} bis {high}</translation>
    </message>
    <message>
        <source>, a tie</source>
        <translation>, unentschieden</translation>
    </message>
    <message>
        <source>{name}: {figures}, difference {difference}{interval}{cases}{tie}</source>
        <translation>{name}: {figures}, Unterschied {difference}{interval}{cases}{tie}</translation>
    </message>
    <message>
        <source>{name} (new)</source>
        <translation>{name} (neu)</translation>
    </message>
    <message>
        <source>data {data}</source>
        <translation>Daten {data}</translation>
    </message>
    <message>
        <source>Model library</source>
        <translation>Modellbibliothek</translation>
    </message>
    <message>
        <source>Use in Review</source>
        <translation>In Review verwenden</translation>
    </message>
    <message>
        <source>Look at scans through this model</source>
        <translation>Scans durch dieses Modell ansehen</translation>
    </message>
    <message>
        <source>Compare…</source>
        <translation>Vergleichen…</translation>
    </message>
    <message>
        <source>See this model beside another one</source>
        <translation>Dieses Modell neben einem anderen sehen</translation>
    </message>
    <message>
        <source>Notes…</source>
        <translation>Notizen…</translation>
    </message>
    <message>
        <source>Who made this model of yours, and what others should know</source>
        <translation>Wer dieses eigene Modell gemacht hat, und was andere wissen sollen</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Bericht…</translation>
    </message>
    <message>
        <source>Figures and curves of its training as a file</source>
        <translation>Zahlen und Kurven des Trainings als Datei</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>Delete this model of yours from the disk</source>
        <translation>Dieses eigene Modell von der Platte löschen</translation>
    </message>
    <message>
        <source>Roll back to {name} {version}</source>
        <translation>Zurück zu {name} {version}</translation>
    </message>
    <message>
        <source>Use the model again that was in use before this one</source>
        <translation>Wieder das Modell verwenden, das vor diesem in Gebrauch war</translation>
    </message>
    <message>
        <source>shipped</source>
        <translation>ausgeliefert</translation>
    </message>
    <message>
        <source>Raters: {raters}</source>
        <translation>Rater: {raters}</translation>
    </message>
    <message>
        <source>Made from {name} {version} ({stage})</source>
        <translation>Entstanden aus {name} {version} ({stage})</translation>
    </message>
    <message>
        <source>{steps} steps, seed {seed}, {minutes} min on {device}</source>
        <translation>{steps} Schritte, Startwert {seed}, {minutes} min auf {device}</translation>
    </message>
    <message>
        <source>validation case</source>
        <translation>Validierungsfall</translation>
    </message>
    <message>
        <source>validation cases</source>
        <translation>Validierungsfälle</translation>
    </message>
    <message>
        <source>Wrong-rater Dice {dice:.3f}, {count}</source>
        <translation>Dice des falschen Raters {dice:.3f}, {count}</translation>
    </message>
    <message>
        <source>Test part: Dice {dice:.3f}, {n} cases, {date}</source>
        <translation>Testteil: Dice {dice:.3f}, {n} Fälle, {date}</translation>
    </message>
    <message>
        <source>By {author}</source>
        <translation>Von {author}</translation>
    </message>
    <message>
        <source>Back to {name} {version}</source>
        <translation>Zurück zu {name} {version}</translation>
    </message>
    <message>
        <source>Remove the model {name}?</source>
        <translation>Das Modell {name} entfernen?</translation>
    </message>
    <message>
        <source>Its folder is deleted for good.</source>
        <translation>Sein Ordner wird endgültig gelöscht.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Removing the model</source>
        <translation>Das Modell wird entfernt</translation>
    </message>
    <message>
        <source>Keeping the notes</source>
        <translation>Die Notizen werden gesichert</translation>
    </message>
    <message>
        <source>Reading the log</source>
        <translation>Das Protokoll wird gelesen</translation>
    </message>
    <message>
        <source>looking which cases they were judged on</source>
        <translation>es wird nachgesehen, an welchen Fällen sie beurteilt wurden</translation>
    </message>
    <message>
        <source>Looking for trainings</source>
        <translation>Trainings werden gesucht</translation>
    </message>
    <message>
        <source>Pausing</source>
        <translation>Pause wird eingelegt</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>Wird beendet</translation>
    </message>
    <message>
        <source>Resuming</source>
        <translation>Wird fortgesetzt</translation>
    </message>
    <message>
        <source>Starting the training</source>
        <translation>Das Training wird gestartet</translation>
    </message>
    <message>
        <source>Varying a slice</source>
        <translation>Eine Schicht wird verändert</translation>
    </message>
    <message>
        <source>Looking at the training</source>
        <translation>Das Training wird angesehen</translation>
    </message>
    <message>
        <source>3 · Run: {name}</source>
        <translation>3 · Lauf: {name}</translation>
    </message>
    <message>
        <source>3 · Run</source>
        <translation>3 · Lauf</translation>
    </message>
    <message>
        <source>Reading the base</source>
        <translation>Die Basis wird gelesen</translation>
    </message>
    <message>
        <source>about step {step}</source>
        <translation>etwa Schritt {step}</translation>
    </message>
    <message>
        <source>{name} is now among your models</source>
        <translation>{name} ist jetzt unter Ihren Modellen</translation>
    </message>
    <message>
        <source>Keeping the model</source>
        <translation>Das Modell wird gesichert</translation>
    </message>
    <message>
        <source>Its log and its checkpoint are deleted for good.</source>
        <translation>Sein Protokoll und sein Zwischenstand werden endgültig gelöscht.</translation>
    </message>
    <message>
        <source>Its log and its model are deleted for good.</source>
        <translation>Sein Protokoll und sein Modell werden endgültig gelöscht.</translation>
    </message>
    <message>
        <source>Discard the training {name}?</source>
        <translation>Das Training {name} verwerfen?</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Removing the training</source>
        <translation>Das Training wird entfernt</translation>
    </message>
    <message>
        <source>Notes on {model}</source>
        <translation>Notizen zu {model}</translation>
    </message>
    <message>
        <source>Author</source>
        <translation>Autor</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>They are kept in the model&apos;s card and go wherever the model goes: name no patient.</source>
        <translation>Sie stehen in der Karte des Modells und gehen überall hin mit, wohin das Modell geht: nennen Sie keinen Patienten.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Equal names need not be one person: two hospitals each have a rater1. Say for everybody who drew these data whether the model knows them already.</source>
        <translation>Gleiche Namen müssen nicht eine Person sein: zwei Kliniken haben je einen rater1. Sagen Sie für alle, die diese Daten gezeichnet haben, ob das Modell sie schon kennt.</translation>
    </message>
    <message>
        <source>Who is who</source>
        <translation>Wer ist wer</translation>
    </message>
    <message>
        <source>In these data</source>
        <translation>In diesen Daten</translation>
    </message>
    <message>
        <source>In {model}</source>
        <translation>In {model}</translation>
    </message>
    <message>
        <source>Equal names are one person</source>
        <translation>Gleiche Namen sind eine Person</translation>
    </message>
    <message>
        <source>Only if you know that the same people drew both</source>
        <translation>Nur, wenn Sie wissen, dass dieselben Personen beides gezeichnet haben</translation>
    </message>
    <message>
        <source>All are other people</source>
        <translation>Alle sind andere Personen</translation>
    </message>
    <message>
        <source>Nobody who drew these data is known to the model</source>
        <translation>Niemand, der diese Daten gezeichnet hat, ist dem Modell bekannt</translation>
    </message>
    <message>
        <source>Use this</source>
        <translation>Das verwenden</translation>
    </message>
    <message>
        <source>{name} in {model}</source>
        <translation>{name} in {model}</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Somebody new</source>
        <translation>Jemand Neues</translation>
    </message>
    <message>
        <source>{names}: two people cannot be the same rater.</source>
        <translation>{names}: zwei Personen können nicht derselbe Rater sein.</translation>
    </message>
    <message>
        <source>A training is running</source>
        <translation>Ein Training läuft</translation>
    </message>
    <message>
        <source>It can go on without this window; the next start of proseg-gui finds it again.</source>
        <translation>Es kann ohne dieses Fenster weiterlaufen; der nächste Start von proseg-gui findet es wieder.</translation>
    </message>
    <message>
        <source>Keep running</source>
        <translation>Weiterlaufen lassen</translation>
    </message>
    <message>
        <source>Stop and save</source>
        <translation>Beenden und sichern</translation>
    </message>
    <message>
        <source>Log of {name}</source>
        <translation>Protokoll von {name}</translation>
    </message>
    <message>
        <source>Report of the training</source>
        <translation>Bericht über das Training</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>Webseite (*.html)</translation>
    </message>
    <message>
        <source>, with pictures of the validation cases</source>
        <translation>, mit Bildern der Validierungsfälle</translation>
    </message>
    <message>
        <source>Wrote {first} and {second}{pictures}</source>
        <translation>{first} und {second}{pictures} geschrieben</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>Der Bericht wird geschrieben</translation>
    </message>
    <message>
        <source>The data are still being read</source>
        <translation>Die Daten werden noch gelesen</translation>
    </message>
    <message>
        <source>The {cases} that you set aside will say how good this model is.</source>
        <translation>Die Fälle, die Sie zurückgelegt haben ({cases}), sagen, wie gut dieses Modell ist.</translation>
    </message>
    <message>
        <source>That can be done once: whoever changes something and looks again has chosen by them.</source>
        <translation>Das geht einmal: wer danach etwas ändert und noch einmal hinsieht, hat nach ihnen gewählt.</translation>
    </message>
    <message>
        <source>Judge this model on the test part?</source>
        <translation>Dieses Modell am Testteil beurteilen?</translation>
    </message>
    <message>
        <source>Judge</source>
        <translation>Beurteilen</translation>
    </message>
    <message>
        <source>judging the test part · {share:.0%}</source>
        <translation>der Testteil wird beurteilt · {share:.0%}</translation>
    </message>
    <message>
        <source>judging the test part</source>
        <translation>der Testteil wird beurteilt</translation>
    </message>
    <message>
        <source>Judging the test part</source>
        <translation>Der Testteil wird beurteilt</translation>
    </message>
    <message>
        <source>What a training was worth is shown here when it has ended.</source>
        <translation>Hier steht, was ein Training wert war, wenn es zu Ende ist.</translation>
    </message>
    <message>
        <source>Identity Dice: </source>
        <translation>Identitäts-Dice: </translation>
    </message>
    <message>
        <source>4 · Result</source>
        <translation>4 · Ergebnis</translation>
    </message>
    <message>
        <source>Dice after minus before, 95 % intervals</source>
        <translation>Dice nachher minus vorher, 95-%-Intervalle</translation>
    </message>
    <message>
        <source>Keep it among your models</source>
        <translation>Unter Ihre Modelle aufnehmen</translation>
    </message>
    <message>
        <source>Try in Review</source>
        <translation>In Review ansehen</translation>
    </message>
    <message>
        <source>Look at a validation case through it before deciding</source>
        <translation>Vor der Entscheidung einen Validierungsfall damit ansehen</translation>
    </message>
    <message>
        <source>Judge on the test part…</source>
        <translation>Am Testteil beurteilen…</translation>
    </message>
    <message>
        <source>Once, on the cases that were set aside; then they are used</source>
        <translation>Einmal, an den zurückgelegten Fällen; dann sind sie verbraucht</translation>
    </message>
    <message>
        <source>Figures, curves and pictures of this training as a file</source>
        <translation>Zahlen, Kurven und Bilder dieses Trainings als Datei</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Verwerfen…</translation>
    </message>
    <message>
        <source>Remove it and all that its training wrote</source>
        <translation>Entfernen, mit allem, was das Training geschrieben hat</translation>
    </message>
    <message>
        <source>not validated</source>
        <translation>nicht validiert</translation>
    </message>
    <message>
        <source>Look at it before you keep it: {doubts}.</source>
        <translation>Ansehen, bevor Sie es behalten: {doubts}.</translation>
    </message>
    <message>
        <source>case is</source>
        <translation>Fall ist</translation>
    </message>
    <message>
        <source>cases are</source>
        <translation>Fälle sind</translation>
    </message>
    <message>
        <source>{cases} set aside as a test part. Judge on it before you accept: afterwards the split is gone.</source>
        <translation>{cases} als Testteil zurückgelegt. Beurteilen Sie daran, bevor Sie annehmen: danach gibt es die Aufteilung nicht mehr.</translation>
    </message>
    <message>
        <source>4 · Before and after</source>
        <translation>4 · Vorher und nachher</translation>
    </message>
    <message>
        <source>paired, {cases}</source>
        <translation>gepaart, {cases}</translation>
    </message>
    <message>
        <source>Against {name} {version}: {verdict}</source>
        <translation>Gegen {name} {version}: {verdict}</translation>
    </message>
    <message>
        <source>people {figure}</source>
        <translation>Menschen {figure}</translation>
    </message>
    <message>
        <source>Test part, judged once on {when} ({count}): {figures}.</source>
        <translation>Testteil, einmal beurteilt am {when} ({count}): {figures}.</translation>
    </message>
    <message>
        <source> These cases were looked at before, for {when}: no longer a fair test.</source>
        <translation> Diese Fälle wurden schon vorher angesehen, für {when}: kein fairer Test mehr.</translation>
    </message>
    <message>
        <source>; {before:.3f} before the ambiguity was calibrated, x {ambiguity:.2f}. The raters&apos; spread stays as it was learnt, since x {spread:.2f} would make these cases worse</source>
        <translation>; {before:.3f}, bevor die Mehrdeutigkeit kalibriert wurde, x {ambiguity:.2f}. Die Streuung der Rater bleibt, wie sie gelernt wurde, denn x {spread:.2f} würde diese Fälle schlechter machen</translation>
    </message>
    <message>
        <source>; {before:.3f} before the widths were calibrated: raters&apos; spread x {spread:.2f}, ambiguity x {ambiguity:.2f}</source>
        <translation>; {before:.3f}, bevor die Breiten kalibriert wurden: Streuung der Rater x {spread:.2f}, Mehrdeutigkeit x {ambiguity:.2f}</translation>
    </message>
    <message>
        <source>Stopped after {done} of {steps} steps. </source>
        <translation>Nach {done} von {steps} Schritten beendet. </translation>
    </message>
    <message>
        <source>{begin}No case validated: the last weights were kept, and nobody knows how good they are.</source>
        <translation>{begin}Kein Fall validierte: die letzten Gewichte wurden behalten, und niemand weiß, wie gut sie sind.</translation>
    </message>
    <message>
        <source>With the raters exchanged it is {wrong:.3f}: the raters are hardly told apart.</source>
        <translation>Mit vertauschten Ratern ist es {wrong:.3f}: die Rater sind kaum unterscheidbar.</translation>
    </message>
    <message>
        <source>With the raters exchanged it is {wrong:.3f}: the raters are told apart.</source>
        <translation>Mit vertauschten Ratern ist es {wrong:.3f}: die Rater sind unterscheidbar.</translation>
    </message>
    <message>
        <source>Its samples differ by {samples:.3f} and the raters by {raters:.3f} (GED² {ged2:.3f}, lower is better{calibrated}).</source>
        <translation>Seine Stichproben unterscheiden sich um {samples:.3f} und die Rater um {raters:.3f} (GED² {ged2:.3f}, niedriger ist besser{calibrated}).</translation>
    </message>
    <message>
        <source>{begin}The weights of step {step} agree with each rater by Dice {own:.3f} (mean). {apart} {spread} These cases chose the weights; for an honest figure judge it on a part that was set aside.</source>
        <translation>{begin}Die Gewichte von Schritt {step} stimmen mit jedem Rater mit Dice {own:.3f} (Mittel) überein. {apart} {spread} Diese Fälle wählten die Gewichte; für eine ehrliche Zahl beurteilen Sie es an einem zurückgelegten Teil.</translation>
    </message>
    <message>
        <source>sum</source>
        <translation>Summe</translation>
    </message>
    <message>
        <source>each rater&apos;s masks</source>
        <translation>Masken jedes Raters</translation>
    </message>
    <message>
        <source>a rater&apos;s samples</source>
        <translation>Stichproben eines Raters</translation>
    </message>
    <message>
        <source>all raters&apos; samples</source>
        <translation>Stichproben aller Rater</translation>
    </message>
    <message>
        <source>pixels of samples</source>
        <translation>Pixel der Stichproben</translation>
    </message>
    <message>
        <source>preferences</source>
        <translation>Vorlieben</translation>
    </message>
    <message>
        <source>agreement with the base</source>
        <translation>Übereinstimmung mit der Basis</translation>
    </message>
    <message>
        <source>distance from the base&apos;s weights</source>
        <translation>Abstand von den Gewichten der Basis</translation>
    </message>
    <message>
        <source>Training runs in a process of its own: Review stays live, the window may be closed meanwhile, and an interrupted training goes on where it was. Its curves and the validation cases, as each rater would draw, appear here.</source>
        <translation>Training läuft in einem eigenen Prozess: Review bleibt bedienbar, das Fenster darf derweil geschlossen werden, und ein unterbrochenes Training geht weiter, wo es war. Hier erscheinen seine Kurven und die Validierungsfälle, wie jeder Rater zeichnen würde.</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>training</source>
        <translation>trainiert</translation>
    </message>
    <message>
        <source>saving this step, then pausing</source>
        <translation>sichert diesen Schritt, dann Pause</translation>
    </message>
    <message>
        <source>stopping: judging and saving the best weights</source>
        <translation>endet: die besten Gewichte werden beurteilt und gesichert</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>pausiert</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>unterbrochen</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gescheitert</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>Steps done</source>
        <translation>Erledigte Schritte</translation>
    </message>
    <message>
        <source>Loss terms (logarithmic, lower is better)</source>
        <translation>Verlustterme (logarithmisch, niedriger ist besser)</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Identity Dice by rater (higher is better)</source>
        <translation>Identitäts-Dice je Rater (höher ist besser)</translation>
    </message>
    <message>
        <source>GED² (lower is better)</source>
        <translation>GED² (niedriger ist besser)</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Save this very step and end the process; goes on with the same numbers</source>
        <translation>Genau diesen Schritt sichern und den Prozess beenden; geht mit denselben Zahlen weiter</translation>
    </message>
    <message>
        <source>Stop and keep best</source>
        <translation>Beenden, Bestes behalten</translation>
    </message>
    <message>
        <source>End now and make a model of the best weights so far</source>
        <translation>Jetzt enden und aus den bisher besten Gewichten ein Modell machen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Remove this training and all that it wrote</source>
        <translation>Dieses Training entfernen, mit allem, was es geschrieben hat</translation>
    </message>
    <message>
        <source>Show log</source>
        <translation>Protokoll zeigen</translation>
    </message>
    <message>
        <source>What the training process printed</source>
        <translation>Was der Trainingsprozess ausgegeben hat</translation>
    </message>
    <message>
        <source>wrong rater</source>
        <translation>falscher Rater</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} min</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>step {step} of {steps}</source>
        <translation>Schritt {step} von {steps}</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
    <message>
        <source>nearly done</source>
        <translation>fast fertig</translation>
    </message>
    <message>
        <source>starting the process</source>
        <translation>der Prozess wird gestartet</translation>
    </message>
    <message>
        <source>saved {time} ago</source>
        <translation>vor {time} gesichert</translation>
    </message>
    <message>
        <source>none: click in the column set to set patients aside</source>
        <translation>keiner: in der Spalte Teil klicken, um Patienten zurückzulegen</translation>
    </message>
    <message>
        <source>These data cannot be learned by the model that looks at the scan</source>
        <translation>Aus diesen Daten kann das Modell der Aufnahme nicht lernen</translation>
    </message>
    <message>
        <source>from split.json</source>
        <translation>aus split.json</translation>
    </message>
    <message>
        <source>by patient</source>
        <translation>nach Patienten</translation>
    </message>
    <message>
        <source>{patients}, {fair}; never learnt from</source>
        <translation>{patients}, {fair}; daraus wird nie gelernt</translation>
    </message>
    <message>
        <source>nobody: the model stays unjudged</source>
        <translation>niemand: das Modell bleibt unbeurteilt</translation>
    </message>
    <message>
        <source>{patients}, set aside; judged once, when you ask for it</source>
        <translation>{patients}, zurückgelegt; einmal beurteilt, wenn Sie es verlangen</translation>
    </message>
    <message>
        <source>known after the first 20 steps</source>
        <translation>nach den ersten 20 Schritten bekannt</translation>
    </message>
    <message>
        <source>about {time}, at the pace of the last training on such images</source>
        <translation>etwa {time}, im Tempo des letzten Trainings auf solchen Bildern</translation>
    </message>
    <message>
        <source>No case is left to train on: click in the column set.</source>
        <translation>Kein Fall bleibt zum Trainieren: in der Spalte Teil klicken.</translation>
    </message>
    <message>
        <source>The files do not say what the images are: choose it under Images.</source>
        <translation>Die Dateien sagen nicht, was die Bilder sind: unter Bilder wählen.</translation>
    </message>
    <message>
        <source>patient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>patients</source>
        <translation>Patienten</translation>
    </message>
    <message>
        <source>As the files say</source>
        <translation>Wie die Dateien sagen</translation>
    </message>
    <message>
        <source>Ultrasound</source>
        <translation>Ultraschall</translation>
    </message>
    <message>
        <source>X-ray</source>
        <translation>Röntgen</translation>
    </message>
    <message>
        <source>Microscopy</source>
        <translation>Mikroskopie</translation>
    </message>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Anderes</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Left and right</source>
        <translation>Links und rechts</translation>
    </message>
    <message>
        <source>Front and back</source>
        <translation>Vorn und hinten</translation>
    </message>
    <message>
        <source>Both</source>
        <translation>Beides</translation>
    </message>
    <message>
        <source>LOW, HIGH: the values that count as black and white, such as -160, 240 HU for CT.
Empty: the 1st to 99th percentile of each image (MR and others).</source>
        <translation>UNTEN, OBEN: die Werte, die als Schwarz und Weiß gelten, etwa -160, 240 HU für CT.
Leer: das 1. bis 99. Perzentil jedes Bildes (MR und andere).</translation>
    </message>
    <message>
        <source>New model</source>
        <translation>Neues Modell</translation>
    </message>
    <message>
        <source>2 · Start from and stage</source>
        <translation>2 · Ausgangspunkt und Stufe</translation>
    </message>
    <message>
        <source>What the training begins with; a base is never overwritten</source>
        <translation>Womit das Training beginnt; eine Basis wird nie überschrieben</translation>
    </message>
    <message>
        <source>Who is who…</source>
        <translation>Wer ist wer…</translation>
    </message>
    <message>
        <source>Say which people of these data the base knows</source>
        <translation>Sagen, welche Personen dieser Daten die Basis kennt</translation>
    </message>
    <message>
        <source>Optimiser steps; 1200 is what the shipped models had at least</source>
        <translation>Schritte des Optimierers; 1200 hatten die ausgelieferten Modelle mindestens</translation>
    </message>
    <message>
        <source>Fixes every random choice: the same again gives the same model</source>
        <translation>Legt jeden Zufall fest: noch einmal dasselbe ergibt dasselbe Modell</translation>
    </message>
    <message>
        <source>What the images are; the model warns when it sees others</source>
        <translation>Was die Bilder sind; das Modell warnt, wenn es andere sieht</translation>
    </message>
    <message>
        <source>What may be mirrored while training without being wrong: a liver is on the right</source>
        <translation>Was beim Training gespiegelt werden darf, ohne falsch zu sein: eine Leber liegt rechts</translation>
    </message>
    <message>
        <source>Preview…</source>
        <translation>Probe…</translation>
    </message>
    <message>
        <source>See how training turns, bends and brightens a slice of these data</source>
        <translation>Sehen, wie das Training eine Schicht dieser Daten dreht, verbiegt und aufhellt</translation>
    </message>
    <message>
        <source>each image&apos;s own range</source>
        <translation>Bereich jedes Bildes</translation>
    </message>
    <message>
        <source>Keep the raters&apos; names in the model</source>
        <translation>Raternamen im Modell behalten</translation>
    </message>
    <message>
        <source>Else they become rater1, rater2 ...; who is who stays on this computer</source>
        <translation>Sonst heißen sie rater1, rater2 ...; wer wer ist, bleibt auf diesem Rechner</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>Training starten</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>Start mit</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Mirroring</source>
        <translation>Spiegeln</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Intensities</source>
        <translation>Grauwerte</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validierung</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Test part</source>
        <translation>Testteil</translation>
    </message>
    <message>
        <source>{images}, as the base</source>
        <translation>{images}, wie die Basis</translation>
    </message>
    <message>
        <source>{intensities}, as the base</source>
        <translation>{intensities}, wie die Basis</translation>
    </message>
    <message>
        <source>slices stay as they are</source>
        <translation>Schichten bleiben, wie sie sind</translation>
    </message>
    <message>
        <source>Learns everything from these data alone.</source>
        <translation>Lernt alles allein aus diesen Daten.</translation>
    </message>
    <message>
        <source>Intensities are two numbers, the lower first, such as -160, 240.</source>
        <translation>Grauwerte sind zwei Zahlen, die niedrigere zuerst, etwa -160, 240.</translation>
    </message>
    <message>
        <source>a model of the kind {kind} cannot learn further</source>
        <translation>ein Modell der Art {kind} kann nicht weiterlernen</translation>
    </message>
    <message>
        <source>it looks at a box, which cannot learn further</source>
        <translation>es sieht einen Kasten an, der nicht weiterlernen kann</translation>
    </message>
    <message>
        <source>it draws {of_model} and the data have {of_data}</source>
        <translation>es zeichnet {of_model}, und die Daten haben {of_data}</translation>
    </message>
    <message>
        <source>it takes {of_model} channels and the data have {of_data}</source>
        <translation>es nimmt {of_model} Kanäle, und die Daten haben {of_data}</translation>
    </message>
    <message>
        <source>{case} is {modality} and {model} learned from {known} images.</source>
        <translation>{case} ist {modality}, und {model} lernte aus {known}-Bildern.</translation>
    </message>
    <message>
        <source>{case} has {have} mm pixels and {model} learned from {want} mm.</source>
        <translation>{case} hat Pixel von {have} mm, und {model} lernte aus {want} mm.</translation>
    </message>
    <message>
        <source>{low:g} to {high:g}</source>
        <translation>{low:g} bis {high:g}</translation>
    </message>
    <message>
        <source>{real} (its {there})</source>
        <translation>{real} (dort {there})</translation>
    </message>
    <message>
        <source>Known: {names}.</source>
        <translation>Bekannt: {names}.</translation>
    </message>
    <message>
        <source>New: {new}.</source>
        <translation>Neu: {new}.</translation>
    </message>
    <message>
        <source>Not said yet: {unsaid}.</source>
        <translation>Noch nicht gesagt: {unsaid}.</translation>
    </message>
    <message>
        <source>Only the new ones learn.</source>
        <translation>Nur die neuen lernen.</translation>
    </message>
    <message>
        <source>{step} on slice {k}</source>
        <translation>{step} auf Schicht {k}</translation>
    </message>
    <message>
        <source>{step} on plane {k}</source>
        <translation>{step} auf Ebene {k}</translation>
    </message>
    <message>
        <source>brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>eraser</source>
        <translation>Radierer</translation>
    </message>
    <message>
        <source>restore</source>
        <translation>Zurück zum Modell</translation>
    </message>
    <message>
        <source>lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>threshold brush</source>
        <translation>Schwellenpinsel</translation>
    </message>
    <message>
        <source>flood fill</source>
        <translation>Flächenfüllung</translation>
    </message>
    <message>
        <source>click in</source>
        <translation>Klick drinnen</translation>
    </message>
    <message>
        <source>click out</source>
        <translation>Klick draußen</translation>
    </message>
    <message>
        <source>box</source>
        <translation>Kasten</translation>
    </message>
    <message>
        <source>clear clicks</source>
        <translation>Klicks löschen</translation>
    </message>
    <message>
        <source>draw as {rater}</source>
        <translation>Zeichnen wie {rater}</translation>
    </message>
    <message>
        <source>draw a preference of {rater}</source>
        <translation>Vorliebe von {rater} ziehen</translation>
    </message>
    <message>
        <source>blend raters</source>
        <translation>Rater mischen</translation>
    </message>
    <message>
        <source>random sample</source>
        <translation>Zufällige Stichprobe</translation>
    </message>
    <message>
        <source>reset ambiguity</source>
        <translation>Mehrdeutigkeit zurücksetzen</translation>
    </message>
    <message>
        <source>load latents</source>
        <translation>Latente Größen laden</translation>
    </message>
    <message>
        <source>remember setting</source>
        <translation>Einstellung merken</translation>
    </message>
    <message>
        <source>forget setting</source>
        <translation>Einstellung vergessen</translation>
    </message>
    <message>
        <source>take sample</source>
        <translation>Stichprobe übernehmen</translation>
    </message>
    <message>
        <source>grow by {mm} mm</source>
        <translation>Wachsen um {mm} mm</translation>
    </message>
    <message>
        <source>shrink by {mm} mm</source>
        <translation>Schrumpfen um {mm} mm</translation>
    </message>
    <message>
        <source>hollow to {mm} mm</source>
        <translation>Aushöhlen auf {mm} mm</translation>
    </message>
    <message>
        <source>values from {low} to {high}</source>
        <translation>Werte von {low} bis {high}</translation>
    </message>
    <message>
        <source>values from {low}</source>
        <translation>Werte ab {low}</translation>
    </message>
    <message>
        <source>values to {high}</source>
        <translation>Werte bis {high}</translation>
    </message>
    <message>
        <source>smooth over {mm} mm</source>
        <translation>Glätten über {mm} mm</translation>
    </message>
    <message>
        <source>fill holes</source>
        <translation>Löcher füllen</translation>
    </message>
    <message>
        <source>keep the largest part</source>
        <translation>Größten Teil behalten</translation>
    </message>
    <message>
        <source>drop parts under {ml} ml</source>
        <translation>Teile unter {ml} ml entfernen</translation>
    </message>
    <message>
        <source>interpolate between slices</source>
        <translation>Zwischen Schichten interpolieren</translation>
    </message>
    <message>
        <source>copy from slice {k}</source>
        <translation>Kopie von Schicht {k}</translation>
    </message>
    <message>
        <source>copy from {rater}</source>
        <translation>Kopie von {rater}</translation>
    </message>
    <message>
        <source>add {name}</source>
        <translation>{name} hinzunehmen</translation>
    </message>
    <message>
        <source>keep within {name}</source>
        <translation>Auf {name} beschränken</translation>
    </message>
    <message>
        <source>take away {name}</source>
        <translation>{name} abziehen</translation>
    </message>
    <message>
        <source>exclude {name}</source>
        <translation>{name} ausschließen</translation>
    </message>
    <message>
        <source>add structure {name}</source>
        <translation>Struktur {name} hinzufügen</translation>
    </message>
    <message>
        <source>rename {old} to {new}</source>
        <translation>{old} in {new} umbenennen</translation>
    </message>
    <message>
        <source>delete structure {name}</source>
        <translation>Struktur {name} löschen</translation>
    </message>
    <message>
        <source>colour of {name}</source>
        <translation>Farbe von {name}</translation>
    </message>
    <message>
        <source>lock {name}</source>
        <translation>{name} sperren</translation>
    </message>
    <message>
        <source>unlock {name}</source>
        <translation>{name} entsperren</translation>
    </message>
    <message>
        <source>move {name}</source>
        <translation>{name} verschieben</translation>
    </message>
    <message>
        <source>forget strokes</source>
        <translation>Striche vergessen</translation>
    </message>
    <message>
        <source>accept {name}</source>
        <translation>{name} annehmen</translation>
    </message>
    <message>
        <source>reopen {name}</source>
        <translation>{name} wieder öffnen</translation>
    </message>
    <message>
        <source>recompute with this model</source>
        <translation>Mit diesem Modell neu rechnen</translation>
    </message>
    <message>
        <source>use model {name}</source>
        <translation>Modell {name} verwenden</translation>
    </message>
    <message>
        <source>take the proposal on all slices</source>
        <translation>Vorschlag auf allen Schichten übernehmen</translation>
    </message>
    <message>
        <source>take the proposal on slice {k}</source>
        <translation>Vorschlag auf Schicht {k} übernehmen</translation>
    </message>
    <message>
        <source>take a part of the proposal on slice {k}</source>
        <translation>Teil des Vorschlags auf Schicht {k} übernehmen</translation>
    </message>
    <message>
        <source>reject the proposal</source>
        <translation>Vorschlag ablehnen</translation>
    </message>
    <message>
        <source>open contours</source>
        <translation>Konturen öffnen</translation>
    </message>
    <message>
        <source>flag case</source>
        <translation>Fall markieren</translation>
    </message>
    <message>
        <source>take the flag away</source>
        <translation>Markierung wegnehmen</translation>
    </message>
    <message>
        <source>agree: doubt in {slices}</source>
        <translation>Zustimmung: Zweifel in {slices}</translation>
    </message>
    <message>
        <source>disagree: doubt in {slices}</source>
        <translation>Widerspruch: Zweifel in {slices}</translation>
    </message>
    <message>
        <source>later: doubt in {slices}</source>
        <translation>Später: Zweifel in {slices}</translation>
    </message>
    <message>
        <source>take back what was said of {slices}</source>
        <translation>Zurücknehmen, was zu {slices} gesagt war</translation>
    </message>
    <message>
        <source>slice {k}</source>
        <translation>Schicht {k}</translation>
    </message>
    <message>
        <source>slices {k} to {last_k}</source>
        <translation>Schicht {k} bis {last_k}</translation>
    </message>
    <message>
        <source>Undid: {step}</source>
        <translation>Rückgängig: {step}</translation>
    </message>
    <message>
        <source>Did again: {step}</source>
        <translation>Wieder getan: {step}</translation>
    </message>
    <message>
        <source>There is nothing to undo in this case</source>
        <translation>In diesem Fall gibt es nichts zurückzunehmen</translation>
    </message>
    <message>
        <source>There is nothing to redo in this case</source>
        <translation>In diesem Fall gibt es nichts zu wiederholen</translation>
    </message>
    <message>
        <source>Accepted: {names}</source>
        <translation>Angenommen: {names}</translation>
    </message>
    <message>
        <source>There is no contour to accept: no model has looked, and nothing was drawn</source>
        <translation>Es gibt keine Kontur zum Annehmen: kein Modell hat hingesehen, und nichts wurde gezeichnet</translation>
    </message>
    <message>
        <source>It is accepted already; Reopen lets you change it</source>
        <translation>Sie ist schon angenommen; Wieder öffnen lässt Sie sie ändern</translation>
    </message>
    <message>
        <source>It is not accepted</source>
        <translation>Sie ist nicht angenommen</translation>
    </message>
    <message>
        <source>There is no shape of another model to replace</source>
        <translation>Es gibt keine Form eines anderen Modells zu ersetzen</translation>
    </message>
    <message>
        <source>Nothing was drawn of {name}</source>
        <translation>Von {name} wurde nichts gezeichnet</translation>
    </message>
    <message>
        <source>Nothing changes: {step}</source>
        <translation>Nichts ändert sich: {step}</translation>
    </message>
    <message>
        <source>{name} was changed meanwhile, so it was not done: {step}</source>
        <translation>{name} wurde inzwischen geändert, deshalb wurde es nicht getan: {step}</translation>
    </message>
    <message>
        <source>{rater} gave no mask on this scan</source>
        <translation>{rater} gab keine Maske zu diesem Scan</translation>
    </message>
    <message>
        <source>There is no slice on that side</source>
        <translation>Auf dieser Seite gibt es keine Schicht</translation>
    </message>
    <message>
        <source>Draw on two slices with others between them first</source>
        <translation>Zuerst auf zwei Schichten zeichnen, zwischen denen andere liegen</translation>
    </message>
    <message>
        <source>Choose a range of values first, beside the threshold brush</source>
        <translation>Zuerst einen Wertebereich wählen, neben dem Schwellenpinsel</translation>
    </message>
    <message>
        <source>There is no contour on this slice to take values from</source>
        <translation>Auf dieser Schicht gibt es keine Kontur, aus der Werte zu nehmen wären</translation>
    </message>
    <message>
        <source>There is no structure to draw on: add one in the list of structures</source>
        <translation>Es gibt keine Struktur zum Zeichnen: in der Liste der Strukturen eine hinzufügen</translation>
    </message>
    <message>
        <source>The value there lies outside the range of the tool</source>
        <translation>Der Wert dort liegt außerhalb des Bereichs des Werkzeugs</translation>
    </message>
    <message>
        <source>Draw the box on an acquired slice</source>
        <translation>Den Kasten auf einer aufgenommenen Schicht ziehen</translation>
    </message>
    <message>
        <source>{n} candidates, the likeliest with {k} %: the gallery (F6) shows them</source>
        <translation>{n} Kandidaten, der wahrscheinlichste mit {k} %: die Galerie (F6) zeigt sie</translation>
    </message>
    <message>
        <source>1 candidate: all draws agree</source>
        <translation>1 Kandidat: alle Ziehungen stimmen überein</translation>
    </message>
    <message>
        <source>This model takes no clicks</source>
        <translation>Dieses Modell nimmt keine Klicks an</translation>
    </message>
    <message>
        <source>The model does not draw this structure: choose one that it does</source>
        <translation>Das Modell zeichnet diese Struktur nicht: eine wählen, die es zeichnet</translation>
    </message>
    <message>
        <source>A structure needs a name</source>
        <translation>Eine Struktur braucht einen Namen</translation>
    </message>
    <message>
        <source>The contour was changed meanwhile, so the click was not followed</source>
        <translation>Die Kontur wurde inzwischen geändert, deshalb wurde dem Klick nicht gefolgt</translation>
    </message>
    <message>
        <source>There is a structure called {name} already</source>
        <translation>Es gibt schon eine Struktur namens {name}</translation>
    </message>
    <message>
        <source>{name} is accepted; reopen it first</source>
        <translation>{name} ist angenommen; zuerst wieder öffnen</translation>
    </message>
    <message>
        <source>{name} comes from the model; it can be hidden, but not renamed or deleted</source>
        <translation>{name} kommt vom Modell; die Struktur kann verborgen, aber nicht umbenannt oder gelöscht werden</translation>
    </message>
    <message>
        <source>{name} is locked; unlock it in the list of structures first</source>
        <translation>{name} ist gesperrt; zuerst in der Liste der Strukturen entsperren</translation>
    </message>
    <message>
        <source>The contour is still being drawn; remember it when it is there</source>
        <translation>Die Kontur wird noch gezeichnet; merken, wenn sie da ist</translation>
    </message>
    <message>
        <source>The proposal is still being worked out</source>
        <translation>Der Vorschlag wird noch berechnet</translation>
    </message>
    <message>
        <source>The proposal changes nothing on this slice</source>
        <translation>Der Vorschlag ändert auf dieser Schicht nichts</translation>
    </message>
    <message>
        <source>The contour was changed meanwhile; the proposal was not taken over</source>
        <translation>Die Kontur wurde inzwischen geändert; der Vorschlag wurde nicht übernommen</translation>
    </message>
    <message>
        <source>Nothing is proposed: draw on a slice first</source>
        <translation>Nichts ist vorgeschlagen: zuerst auf einer Schicht zeichnen</translation>
    </message>
    <message>
        <source>This study has one channel</source>
        <translation>Diese Studie hat einen Kanal</translation>
    </message>
    <message>
        <source>Showing {name}</source>
        <translation>{name} wird gezeigt</translation>
    </message>
    <message>
        <source>Stopped: figures cover the slices measured so far</source>
        <translation>Angehalten: die Zahlen umfassen die bisher gemessenen Schichten</translation>
    </message>
    <message>
        <source>The sliders of this case were set under another model; they begin anew under this one</source>
        <translation>Die Regler dieses Falls standen unter einem anderen Modell; unter diesem beginnen sie neu</translation>
    </message>
    <message>
        <source>{rest} (of the slices measured so far)</source>
        <translation>{rest} (unter den bisher gemessenen Schichten)</translation>
    </message>
    <message>
        <source>Go to a region of doubt first</source>
        <translation>Zuerst zu einem Zweifelsbereich gehen</translation>
    </message>
    <message>
        <source>There is no earlier place to go back to</source>
        <translation>Es gibt keine frühere Stelle, zu der man zurückgehen könnte</translation>
    </message>
    <message>
        <source>This is the only region that is left</source>
        <translation>Dies ist der einzige Bereich, der noch bleibt</translation>
    </message>
    <message>
        <source>The uncertainty of the slices is still being measured</source>
        <translation>Die Unsicherheit der Schichten wird noch gemessen</translation>
    </message>
    <message>
        <source>Every region of doubt was looked at</source>
        <translation>Jeder Zweifelsbereich wurde angesehen</translation>
    </message>
    <message>
        <source>Every region of doubt (of the slices measured so far) was looked at</source>
        <translation>Jeder Zweifelsbereich (unter den bisher gemessenen Schichten) wurde angesehen</translation>
    </message>
    <message>
        <source>Every slice with more than 5 % of the highest doubt was looked at</source>
        <translation>Jede Schicht mit mehr als 5 % des höchsten Zweifels wurde angesehen</translation>
    </message>
    <message>
        <source>Every slice with more than 5 % of the highest doubt of those measured so far was looked at</source>
        <translation>Jede der bisher gemessenen Schichten mit mehr als 5 % des höchsten Zweifels wurde angesehen</translation>
    </message>
    <message>
        <source>Agreed</source>
        <translation>Zugestimmt</translation>
    </message>
    <message>
        <source>Disagreed</source>
        <translation>Widersprochen</translation>
    </message>
    <message>
        <source>Left for later</source>
        <translation>Für später gelassen</translation>
    </message>
    <message>
        <source>No longer marked</source>
        <translation>Nicht mehr vermerkt</translation>
    </message>
    <message>
        <source>no region of doubt is left</source>
        <translation>kein Zweifelsbereich bleibt</translation>
    </message>
    <message>
        <source>1 region left with {ml} in doubt</source>
        <translation>noch 1 Bereich mit {ml} im Zweifel</translation>
    </message>
    <message>
        <source>{n} regions left with {ml} in doubt</source>
        <translation>noch {n} Bereiche mit {ml} im Zweifel</translation>
    </message>
    <message>
        <source>Slice {k}: {ml} in doubt</source>
        <translation>Schicht {k}: {ml} im Zweifel</translation>
    </message>
    <message>
        <source>Slice {k}, {where}: {ml} in doubt</source>
        <translation>Schicht {k}, {where}: {ml} im Zweifel</translation>
    </message>
    <message>
        <source>Slices {k} to {last_k}: {ml} in doubt</source>
        <translation>Schicht {k} bis {last_k}: {ml} im Zweifel</translation>
    </message>
    <message>
        <source>Slices {k} to {last_k}, {where}: {ml} in doubt</source>
        <translation>Schicht {k} bis {last_k}, {where}: {ml} im Zweifel</translation>
    </message>
    <message>
        <source>{raters} include it</source>
        <translation>{raters} schließen es ein</translation>
    </message>
    <message>
        <source>{n} % of draws include it</source>
        <translation>{n} % der Züge schließen es ein</translation>
    </message>
    <message>
        <source>Slice {k}: {ml} in doubt, {left} after what you drew</source>
        <translation>Schicht {k}: {ml} im Zweifel, {left} nach dem, was Sie zeichneten</translation>
    </message>
    <message>
        <source>Slice {k}, {where}: {ml} in doubt, {left} after what you drew</source>
        <translation>Schicht {k}, {where}: {ml} im Zweifel, {left} nach dem, was Sie zeichneten</translation>
    </message>
    <message>
        <source>Slices {k} to {last_k}: {ml} in doubt, {left} after what you drew</source>
        <translation>Schicht {k} bis {last_k}: {ml} im Zweifel, {left} nach dem, was Sie zeichneten</translation>
    </message>
    <message>
        <source>Slices {k} to {last_k}, {where}: {ml} in doubt, {left} after what you drew</source>
        <translation>Schicht {k} bis {last_k}, {where}: {ml} im Zweifel, {left} nach dem, was Sie zeichneten</translation>
    </message>
    <message>
        <source>what is left could change the volume by at most {ml} ({n} %)</source>
        <translation>was bleibt, könnte das Volumen um höchstens {ml} ändern ({n} %)</translation>
    </message>
    <message>
        <source>{raters} includes it</source>
        <translation>{raters} schließt es ein</translation>
    </message>
    <message>
        <source>{raters} leave it out</source>
        <translation>{raters} lassen es aus</translation>
    </message>
    <message>
        <source>{raters} leaves it out</source>
        <translation>{raters} lässt es aus</translation>
    </message>
    <message>
        <source>{raters} include a part</source>
        <translation>{raters} schließen einen Teil ein</translation>
    </message>
    <message>
        <source>{raters} includes a part</source>
        <translation>{raters} schließt einen Teil ein</translation>
    </message>
    <message>
        <source>{raters} include it, {rest}</source>
        <translation>{raters} schließen es ein, {rest}</translation>
    </message>
    <message>
        <source>{raters} includes it, {rest}</source>
        <translation>{raters} schließt es ein, {rest}</translation>
    </message>
    <message>
        <source>{raters} leave it out, {rest}</source>
        <translation>{raters} lassen es aus, {rest}</translation>
    </message>
    <message>
        <source>{raters} leaves it out, {rest}</source>
        <translation>{raters} lässt es aus, {rest}</translation>
    </message>
    <message>
        <source>mostly because {why}</source>
        <translation>überwiegend: {why}</translation>
    </message>
    <message>
        <source>most of all because {why}</source>
        <translation>vor allem: {why}</translation>
    </message>
    <message>
        <source>experts differ</source>
        <translation>Experten zeichnen verschieden</translation>
    </message>
    <message>
        <source>the same expert varies</source>
        <translation>derselbe Experte schwankt</translation>
    </message>
    <message>
        <source>the image leaves it open</source>
        <translation>das Bild lässt es offen</translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names} und {last}</translation>
    </message>
    <message>
        <source>the model gives no clear yes or no</source>
        <translation>das Modell gibt kein klares Ja oder Nein</translation>
    </message>
    <message>
        <source>no rater includes it</source>
        <translation>kein Rater schließt es ein</translation>
    </message>
    <message>
        <source>consensus style {n}</source>
        <translation>Konsensstil {n}</translation>
    </message>
    <message>
        <source>draw of {rater}</source>
        <translation>Zug von {rater}</translation>
    </message>
    <message>
        <source>blend {n}</source>
        <translation>Mischung {n}</translation>
    </message>
    <message>
        <source>Current draft</source>
        <translation>Aktueller Entwurf</translation>
    </message>
    <message>
        <source>Adjusted for the scanner</source>
        <translation>Auf den Scanner abgeglichen</translation>
    </message>
    <message>
        <source>Not adjusted for the scanner</source>
        <translation>Nicht auf den Scanner abgeglichen</translation>
    </message>
    <message>
        <source>As {rater}</source>
        <translation>Wie {rater}</translation>
    </message>
    <message>
        <source>Remembered: {step}</source>
        <translation>Gemerkt: {step}</translation>
    </message>
    <message>
        <source>Given by {rater}</source>
        <translation>Gegeben von {rater}</translation>
    </message>
    <message>
        <source>Accepted by {name}, version {n}</source>
        <translation>Angenommen von {name}, Version {n}</translation>
    </message>
    <message>
        <source>Accepted by nobody named, version {n}</source>
        <translation>Angenommen von niemand Genanntem, Version {n}</translation>
    </message>
    <message>
        <source>upper</source>
        <translation>oben</translation>
    </message>
    <message>
        <source>lower</source>
        <translation>unten</translation>
    </message>
    <message>
        <source>front</source>
        <translation>vorn</translation>
    </message>
    <message>
        <source>back</source>
        <translation>hinten</translation>
    </message>
    <message>
        <source>left</source>
        <translation>links</translation>
    </message>
    <message>
        <source>right</source>
        <translation>rechts</translation>
    </message>
    <message>
        <source>Say whether {who} is the same as in the base: Who is who…</source>
        <translation>Sagen Sie, ob {who} dieselbe Person ist wie in der Basis: Wer ist wer…</translation>
    </message>
    <message>
        <source>Say whether {who} are the same as in the base: Who is who…</source>
        <translation>Sagen Sie, ob {who} dieselben sind wie in der Basis: Wer ist wer…</translation>
    </message>
    <message>
        <source>The base knows all raters of these data: there is none to add. Choose Adapt or Full.</source>
        <translation>Die Basis kennt alle Rater dieser Daten: es ist keiner hinzuzufügen. Wählen Sie Anpassen oder Voll.</translation>
    </message>
    <message>
        <source>Validation cases, as each rater would draw</source>
        <translation>Validierungsfälle, wie jeder Rater zeichnen würde</translation>
    </message>
    <message>
        <source>They appear with the first checkpoint.</source>
        <translation>Sie erscheinen mit dem ersten Zwischenstand.</translation>
    </message>
    <message>
        <source>No case validates.</source>
        <translation>Kein Fall validiert.</translation>
    </message>
    <message>
        <source>reading {name}</source>
        <translation>{name} wird gelesen</translation>
    </message>
    <message>
        <source>Nobody has drawn anything in this case.</source>
        <translation>In diesem Fall hat niemand etwas gezeichnet.</translation>
    </message>
    <message>
        <source>not drawn</source>
        <translation>nicht gezeichnet</translation>
    </message>
    <message>
        <source> (reading {reading})</source>
        <translation> (Befund {reading})</translation>
    </message>
    <message>
        <source>, put on the image&apos;s grid</source>
        <translation>, auf das Gitter des Bildes gelegt</translation>
    </message>
    <message>
        <source>drawn, and empty</source>
        <translation>gezeichnet, und leer</translation>
    </message>
    <message>
        <source>the image cannot be read</source>
        <translation>das Bild kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>{case}, slice {slice}: first as it is, then as training may see it.</source>
        <translation>{case}, Schicht {slice}: zuerst, wie sie ist, dann, wie das Training sie sehen kann.</translation>
    </message>
    <message>
        <source>left and right</source>
        <translation>links und rechts</translation>
    </message>
    <message>
        <source>front and back</source>
        <translation>vorn und hinten</translation>
    </message>
    <message>
        <source>either way</source>
        <translation>in beiden Richtungen</translation>
    </message>
    <message>
        <source>a little brighter or darker</source>
        <translation>etwas heller oder dunkler</translation>
    </message>
    <message>
        <source>brighter or darker</source>
        <translation>heller oder dunkler</translation>
    </message>
    <message>
        <source>Turned by up to {rotation:g}°, scaled by {scale:.0%}, moved by {shift:.0%} of the side, bent smoothly, {brightness}, with noise; {mirrored}.</source>
        <translation>Gedreht um bis zu {rotation:g}°, skaliert um {scale:.0%}, verschoben um {shift:.0%} der Seite, sanft verbogen, {brightness}, mit Rauschen; {mirrored}.</translation>
    </message>
    <message>
        <source>mirrored {flips}</source>
        <translation>gespiegelt {flips}</translation>
    </message>
    <message>
        <source>never mirrored</source>
        <translation>nie gespiegelt</translation>
    </message>
    <message>
        <source>How training varies a slice</source>
        <translation>Wie das Training eine Schicht verändert</translation>
    </message>
    <message>
        <source>Reading the case…</source>
        <translation>Der Fall wird gelesen…</translation>
    </message>
    <message>
        <source>Show others</source>
        <translation>Andere zeigen</translation>
    </message>
    <message>
        <source>Draw the changes anew</source>
        <translation>Die Änderungen neu ziehen</translation>
    </message>
    <message>
        <source>Colour bar</source>
        <translation>Farbleiste</translation>
    </message>
    <message>
        <source>Drop a scan here, or open one from the File menu</source>
        <translation>Einen Scan hierher ziehen, oder einen aus dem Menü Datei öffnen</translation>
    </message>
    <message>
        <source>Scan with contours</source>
        <translation>Scan mit Konturen</translation>
    </message>
    <message>
        <source>Uncertainty map</source>
        <translation>Unsicherheitskarte</translation>
    </message>
    <message>
        <source>filled in between slices</source>
        <translation>zwischen Schichten ergänzt</translation>
    </message>
    <message>
        <source>slice {k} of {n}</source>
        <translation>Schicht {k} von {n}</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>noch nicht berechnet</translation>
    </message>
    <message>
        <source>drawn by hand in part</source>
        <translation>zum Teil von Hand gezeichnet</translation>
    </message>
    <message>
        <source>pinned: no slider changes it</source>
        <translation>festgehalten: kein Regler ändert sie</translation>
    </message>
    <message>
        <source>Slice {k} of {n}: {known}</source>
        <translation>Schicht {k} von {n}: {known}</translation>
    </message>
    <message>
        <source>{name} (given)</source>
        <translation>{name} (mitgeliefert)</translation>
    </message>
    <message>
        <source>Volume over raters and samples, in ml</source>
        <translation>Volumen je Rater und Stichprobe, in ml</translation>
    </message>
    <message>
        <source>computing ({done} of {total} slices)</source>
        <translation>wird berechnet ({done} von {total} Schichten)</translation>
    </message>
    <message>
        <source>current contour</source>
        <translation>aktuelle Kontur</translation>
    </message>
    <message>
        <source>{low} to {high}: {count} of {samples}</source>
        <translation>{low} bis {high}: {count} von {samples}</translation>
    </message>
    <message>
        <source>Volumes are being computed</source>
        <translation>Volumen werden berechnet</translation>
    </message>
    <message>
        <source>No volumes yet</source>
        <translation>Noch keine Volumen</translation>
    </message>
    <message>
        <source>Add a rater</source>
        <translation>Rater hinzufügen</translation>
    </message>
    <message>
        <source>add a rater</source>
        <translation>Rater hinzufügen</translation>
    </message>
    <message>
        <source>Learns a few numbers for each new rater; the network and the raters that it knows stay exactly as they are.</source>
        <translation>Lernt einige Zahlen für jeden neuen Rater; das Netz und die Rater, die es kennt, bleiben genau, wie sie sind.</translation>
    </message>
    <message>
        <source>Adapt</source>
        <translation>Anpassen</translation>
    </message>
    <message>
        <source>adapt</source>
        <translation>Anpassen</translation>
    </message>
    <message>
        <source>Learns the raters and the layers that draw; the layers that read the image stay. Raters that it knows may shift a little.</source>
        <translation>Lernt die Rater und die Schichten des Netzes, die zeichnen; die, die das Bild lesen, bleiben. Bekannte Rater können sich etwas verschieben.</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>Voll</translation>
    </message>
    <message>
        <source>full</source>
        <translation>Voll</translation>
    </message>
    <message>
        <source>Goes on with everything, slowly, from the base&apos;s weights. What it knew may shift; the figures afterwards say how much.</source>
        <translation>Macht mit allem weiter, langsam, von den Gewichten der Basis aus. Was es konnte, kann sich verschieben; die Zahlen danach sagen, wie sehr.</translation>
    </message>
    <message>
        <source>Conditioning</source>
        <translation>Konditionierung</translation>
    </message>
    <message>
        <source>how a rater&apos;s preference acts: it scales and shifts features, or mixes the decoder&apos;s weights too, which can tell raters apart better</source>
        <translation>wie die Vorliebe eines Raters wirkt: sie skaliert und verschiebt Merkmale, oder mischt auch die Gewichte des Decoders, was Rater besser unterscheiden kann</translation>
    </message>
    <message>
        <source>Scale and shift</source>
        <translation>Skala und Versatz</translation>
    </message>
    <message>
        <source>Mixed matrices</source>
        <translation>Gemischte Matrizen</translation>
    </message>
    <message>
        <source>what a rater&apos;s preference is distributed as</source>
        <translation>wie die Vorliebe eines Raters verteilt ist</translation>
    </message>
    <message>
        <source>Dirichlet</source>
        <translation>Dirichlet</translation>
    </message>
    <message>
        <source>Gaussian</source>
        <translation>Gauß</translation>
    </message>
    <message>
        <source>what a draw is: anybody&apos;s reading, a chosen rater&apos;s, or what so many raters agree on</source>
        <translation>was eine Ziehung ist: ein Befund von irgendwem, von einem gewählten Rater, oder worin so viele Rater übereinstimmen</translation>
    </message>
    <message>
        <source>Diverse</source>
        <translation>Vielfältig</translation>
    </message>
    <message>
        <source>A rater&apos;s</source>
        <translation>Von einem Rater</translation>
    </message>
    <message>
        <source>Dynamics</source>
        <translation>Dynamik</translation>
    </message>
    <message>
        <source>how noise becomes a mask: pixels change between 0 and 1, or move along straight lines</source>
        <translation>wie aus Rauschen eine Maske wird: Pixel wechseln zwischen 0 und 1, oder bewegen sich auf geraden Linien</translation>
    </message>
    <message>
        <source>Bernoulli diffusion</source>
        <translation>Bernoulli-Diffusion</translation>
    </message>
    <message>
        <source>Flow matching</source>
        <translation>Flow Matching</translation>
    </message>
    <message>
        <source>Backbone</source>
        <translation>Backbone</translation>
    </message>
    <message>
        <source>what reads the image: the project&apos;s U-Net, or an encoder with weights of yours, which needs the extra [encoders]</source>
        <translation>was das Bild liest: das U-Net des Projekts, oder ein Encoder mit eigenen Gewichten, der das Extra [encoders] braucht</translation>
    </message>
    <message>
        <source>U-Net</source>
        <translation>U-Net</translation>
    </message>
    <message>
        <source>ResNet-18</source>
        <translation>ResNet-18</translation>
    </message>
    <message>
        <source>ResNet-34</source>
        <translation>ResNet-34</translation>
    </message>
    <message>
        <source>ResNet-50</source>
        <translation>ResNet-50</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>what the network counts with while it learns; 16-mixed needs CUDA</source>
        <translation>womit das Netz beim Lernen rechnet; 16-mixed braucht CUDA</translation>
    </message>
    <message>
        <source>32 bits</source>
        <translation>32 Bit</translation>
    </message>
    <message>
        <source>bfloat16, mixed</source>
        <translation>bfloat16, gemischt</translation>
    </message>
    <message>
        <source>16 bits, mixed (CUDA)</source>
        <translation>16 Bit, gemischt (CUDA)</translation>
    </message>
    <message>
        <source>ProSeg coherent</source>
        <translation>ProSeg coherent</translation>
    </message>
    <message>
        <source>ProSeg reference</source>
        <translation>ProSeg Referenz</translation>
    </message>
    <message>
        <source>D-Persona</source>
        <translation>D-Persona</translation>
    </message>
    <message>
        <source>Probabilistic U-Net</source>
        <translation>Probabilistisches U-Net</translation>
    </message>
    <message>
        <source>Pionono</source>
        <translation>Pionono</translation>
    </message>
    <message>
        <source>ProSona</source>
        <translation>ProSona</translation>
    </message>
    <message>
        <source>ProSeg adjusted for the scanner</source>
        <translation>ProSeg, auf den Scanner abgeglichen</translation>
    </message>
    <message>
        <source>Stochastic segmentation network</source>
        <translation>Stochastisches Segmentierungsnetz</translation>
    </message>
    <message>
        <source>Confusion matrix a rater</source>
        <translation>Konfusionsmatrix je Rater</translation>
    </message>
    <message>
        <source>Confusion matrix a rater and pixel</source>
        <translation>Konfusionsmatrix je Rater und Pixel</translation>
    </message>
    <message>
        <source>Agreement levels</source>
        <translation>Übereinstimmungsstufen</translation>
    </message>
    <message>
        <source>Mixture of stochastic experts</source>
        <translation>Mischung stochastischer Experten</translation>
    </message>
    <message>
        <source>Diffusion over masks</source>
        <translation>Diffusion über Masken</translation>
    </message>
    <message>
        <source>Promptable adapters</source>
        <translation>Adapter mit Eingaben (anklickbar)</translation>
    </message>
    <message>
        <source>per-rater heads</source>
        <translation>Kopf je Rater</translation>
    </message>
    <message>
        <source>majority mask</source>
        <translation>Mehrheitsmaske</translation>
    </message>
    <message>
        <source>one map, a threshold a rater</source>
        <translation>eine Karte, eine Schwelle je Rater</translation>
    </message>
    <message>
        <source>not seen yet</source>
        <translation>noch nicht gesehen</translation>
    </message>
    <message>
        <source>agreed</source>
        <translation>zugestimmt</translation>
    </message>
    <message>
        <source>disagreed</source>
        <translation>widersprochen</translation>
    </message>
    <message>
        <source>left for later</source>
        <translation>für später gelassen</translation>
    </message>
    <message>
        <source>drawn on</source>
        <translation>darauf gezeichnet</translation>
    </message>
    <message>
        <source>settled by what you drew</source>
        <translation>durch Ihre Striche geklärt</translation>
    </message>
    <message>
        <source>visited</source>
        <translation>besucht</translation>
    </message>
    <message>
        <source>The sliders were moved meanwhile, so nothing was done: ask again</source>
        <translation>Die Regler wurden inzwischen bewegt, daher geschah nichts: Fragen Sie noch einmal</translation>
    </message>
    <message>
        <source>measuring slice {} of {}</source>
        <translation>Schicht {} von {} wird gemessen</translation>
    </message>
    <message>
        <source>an RTSTRUCT holds contours only</source>
        <translation>ein RTSTRUCT enthält nur Konturen</translation>
    </message>
    <message>
        <source>a DICOM SEG holds no variances</source>
        <translation>ein DICOM SEG enthält keine Varianzen</translation>
    </message>
    <message>
        <source>Only RTSTRUCT and DICOM SEG carry it</source>
        <translation>Nur RTSTRUCT und DICOM SEG tragen ihn</translation>
    </message>
    <message>
        <source>Only an RTSTRUCT carries it</source>
        <translation>Nur ein RTSTRUCT trägt ihn</translation>
    </message>
    <message>
        <source>Only a DICOM SEG carries it</source>
        <translation>Nur ein DICOM SEG trägt sie</translation>
    </message>
    <message>
        <source>For one structure: of several, each keeps its own name, and nothing is claimed of what they are</source>
        <translation>Für eine Struktur: von mehreren behält jede ihren eigenen Namen, und was sie sind, wird nicht behauptet</translation>
    </message>
    <message>
        <source>Axial</source>
        <translation>Axial</translation>
    </message>
    <message>
        <source>Axial oblique</source>
        <translation>Axial, schräg</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>Koronal</translation>
    </message>
    <message>
        <source>Coronal oblique</source>
        <translation>Koronal, schräg</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>Sagittal</translation>
    </message>
    <message>
        <source>Sagittal oblique</source>
        <translation>Sagittal, schräg</translation>
    </message>
    <message>
        <source>axial</source>
        <translation>axial</translation>
    </message>
    <message>
        <source>axial oblique</source>
        <translation>schräg axial</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>koronal</translation>
    </message>
    <message>
        <source>coronal oblique</source>
        <translation>schräg koronal</translation>
    </message>
    <message>
        <source>sagittal</source>
        <translation>sagittal</translation>
    </message>
    <message>
        <source>sagittal oblique</source>
        <translation>schräg sagittal</translation>
    </message>
    <message>
        <source>The surface in 3D is not drawn on macOS</source>
        <translation>Die Oberfläche in 3D wird auf macOS nicht gezeichnet</translation>
    </message>
    <message>
        <source>The surface in 3D needs PyVista: pip install &apos;proseg-gui[view3d]&apos;</source>
        <translation>Die Oberfläche in 3D braucht PyVista: pip install &apos;proseg-gui[view3d]&apos;</translation>
    </message>
    <message>
        <source>The surface of the structures appears here</source>
        <translation>Hier erscheint die Oberfläche der Strukturen</translation>
    </message>
    <message>
        <source>Drawing the surface…</source>
        <translation>Die Oberfläche wird gezeichnet…</translation>
    </message>
    <message>
        <source>Nothing is drawn of any structure yet</source>
        <translation>Von keiner Struktur ist bisher etwas gezeichnet</translation>
    </message>
    <message>
        <source>Surface in 3D</source>
        <translation>Oberfläche in 3D</translation>
    </message>
    <message>
        <source>Drag: turn
Wheel: zoom
Click: go to the place
Double click: from the front
Arrow keys: turn</source>
        <translation>Ziehen: drehen
Rad: vergrößern
Klick: zur Stelle gehen
Doppelklick: von vorn
Pfeiltasten: drehen</translation>
    </message>
    <message>
        <source>doubt, mm</source>
        <translation>Zweifel, mm</translation>
    </message>
    <message>
        <source>Describe the style: tighter, smooth, no spikes</source>
        <translation>Stil beschreiben: enger, glatt, ohne Zacken</translation>
    </message>
    <message>
        <source>Describe the style</source>
        <translation>Stil beschreiben</translation>
    </message>
    <message>
        <source>Say in words how to draw, and press Enter: the sliders below move, and stay yours to move</source>
        <translation>In Worten sagen, wie gezeichnet wird, und Eingabe drücken: Die Regler darunter gehen dorthin und bleiben verstellbar</translation>
    </message>
    <message>
        <source>Not understood: {words}</source>
        <translation>Nicht verstanden: {words}</translation>
    </message>
    <message>
        <source>Nothing has changed.</source>
        <translation>Nichts hat sich geändert.</translation>
    </message>
    <message>
        <source>Nothing has changed: say how to draw, such as: tighter, smooth, without spikes</source>
        <translation>Nichts hat sich geändert: Sagen Sie, wie gezeichnet wird, zum Beispiel: enger, glatt, ohne Zacken</translation>
    </message>
    <message>
        <source>This model cannot, or not so far: {names}.</source>
        <translation>Das kann dieses Modell nicht oder nicht so weit: {names}.</translation>
    </message>
    <message>
        <source>Moved, in sd between raters: {changes}.</source>
        <translation>Bewegt, in SD zwischen den Ratern: {changes}.</translation>
    </message>
    <message>
        <source>{word} was read as more {attribute}.</source>
        <translation>{word} wurde gelesen als: mehr {attribute}.</translation>
    </message>
    <message>
        <source>{word} was read as less {attribute}.</source>
        <translation>{word} wurde gelesen als: weniger {attribute}.</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>smoothness</source>
        <translation>Glätte</translation>
    </message>
    <message>
        <source>spikes</source>
        <translation>Zacken</translation>
    </message>
    <message>
        <source>rim</source>
        <translation>Saum</translation>
    </message>
    <message>
        <source>number of parts</source>
        <translation>Zahl der Teile</translation>
    </message>
    <message>
        <source>holes</source>
        <translation>Löcher</translation>
    </message>
    <message>
        <source>it lies in no file</source>
        <translation>er liegt in keiner Datei</translation>
    </message>
    <message>
        <source>Doubt of the worklist</source>
        <translation>Zweifel der Arbeitsliste</translation>
    </message>
    <message>
        <source>it could not be measured</source>
        <translation>konnte nicht gemessen werden</translation>
    </message>
    <message>
        <source>being measured</source>
        <translation>wird gemessen</translation>
    </message>
    <message>
        <source>Measuring structures</source>
        <translation>Strukturen werden gemessen</translation>
    </message>
    <message>
        <source>draft</source>
        <translation>Entwurf</translation>
    </message>
</context>
</TS>
