<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name></name>
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
        <source>Copy</source>
        <translation>Kopieren</translation>
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
        <source>Cancel</source>
        <translation>Abbrechen</translation>
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
        <source>Ambiguity</source>
        <translation>Mehrdeutigkeit</translation>
    </message>
    <message>
        <source>what the image leaves open</source>
        <translation>was das Bild offen lässt</translation>
    </message>
    <message>
        <source>left open by the image</source>
        <translation>vom Bild offen gelassen</translation>
    </message>
    <message>
        <source>Measurements</source>
        <translation>Messwerte</translation>
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
        <source>Show</source>
        <translation>Anzeigen</translation>
    </message>
    <message>
        <source>Structures</source>
        <translation>Strukturen</translation>
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
        <source>Worklist</source>
        <translation>Arbeitsliste</translation>
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
        <source>Double click</source>
        <translation>Doppelklick</translation>
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
        <source>between experts</source>
        <translation>zwischen Experten</translation>
    </message>
    <message>
        <source>within an expert</source>
        <translation>innerhalb eines Experten</translation>
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
        <source>Wrote {count} rows to {path}</source>
        <translation>{count} Zeilen nach {path} geschrieben</translation>
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
        <source>No model looks at this scan: choose one under File &gt; Choose model</source>
        <translation>Kein Modell sieht diesen Scan an: eines unter Datei &gt; Modell wählen aussuchen</translation>
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
        <source>Latents</source>
        <translation>Latente Größen</translation>
    </message>
    <message>
        <source>Uncertainty by slice</source>
        <translation>Unsicherheit je Schicht</translation>
    </message>
    <message>
        <source>Volume over raters and samples</source>
        <translation>Volumen über Rater und Stichproben</translation>
    </message>
    <message>
        <source>Recent files, last folders and the places of cases are forgotten; all work is kept</source>
        <translation>Letzte Dateien, letzte Ordner und Orte der Fälle sind vergessen; alle Arbeit bleibt</translation>
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
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Not kept yet</source>
        <translation>Noch nicht gesichert</translation>
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
        <source>rater</source>
        <translation>Rater</translation>
    </message>
    <message>
        <source>raters</source>
        <translation>Rater</translation>
    </message>
    <message>
        <source>This model has {count}</source>
        <translation>Dieses Modell hat {count}</translation>
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
        <source>From the last move of a slider to its contours on screen</source>
        <translation>Von der letzten Bewegung eines Reglers bis zu seinen Konturen im Bild</translation>
    </message>
    <message>
        <source>Who signs accepted readings here; click to change</source>
        <translation>Wer hier angenommene Befunde zeichnet; Klick zum Ändern</translation>
    </message>
    <message>
        <source>reader: {name}</source>
        <translation>Befunder: {name}</translation>
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
        <source>The bars say how uncertain each slice is. Click one, or press N for the most doubtful slice that you have not seen.</source>
        <translation>Die Balken sagen, wie unsicher jede Schicht ist. Klicken Sie eine an, oder drücken Sie N für die unsicherste, die Sie noch nicht gesehen haben.</translation>
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
        <source>{count} of {n} draws of {name} as they come, step by step; how frequent each is follows</source>
        <translation>{count} von {n} Ziehungen von {name}, wie sie entstehen, Schritt für Schritt; wie häufig jede ist, folgt</translation>
    </message>
    <message>
        <source>A draw as it comes</source>
        <translation>Eine Ziehung, die gerade entsteht</translation>
    </message>
    <message>
        <source>Reading, {share} % probable</source>
        <translation>Lesung, {share} % wahrscheinlich</translation>
    </message>
    <message>
        <source>Sample, {share} % of all draws</source>
        <translation>Stichprobe, {share} % aller Ziehungen</translation>
    </message>
    <message>
        <source>{count} readings of {name}, each with the probability that the model gives it; a click takes one</source>
        <translation>{count} Lesungen von {name}, jede mit der Wahrscheinlichkeit, die das Modell ihr gibt; ein Klick übernimmt eine</translation>
    </message>
    <message>
        <source>{count} samples stand for {n} draws of {name}; a click takes one</source>
        <translation>{count} Stichproben stehen für {n} Ziehungen von {name}; ein Klick übernimmt eine</translation>
    </message>
    <message>
        <source>reading {number}: {share} %</source>
        <translation>Lesung {number}: {share} %</translation>
    </message>
</context>
</TS>
