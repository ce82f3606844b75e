"""Words that change what a text says though they are short: for the guard of likeness.

English and German foremost, with the commonest of French, Spanish, Italian, Portuguese, Dutch,
Polish and Russian; all in the form that `casefold` gives them. Where a word means something
harmless in another of these languages it is left out (the German *noch*, the Italian *mai*).
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _numbered(text: str) -> dict[str, str]:
    """Return each word with the first of its line."""
    return {word: line.split()[0] for line in text.strip().splitlines() for word in line.split()}


WEEKDAYS = _numbered("""
    monday mondays montag montags lundi lunes lunedì segunda-feira maandag poniedziałek понедельник
    tuesday tuesdays dienstag dienstags mardi martes martedì dinsdag wtorek вторник
    wednesday wednesdays mittwoch mittwochs mercredi miércoles mercoledì woensdag środa среда
    thursday thursdays donnerstag donnerstags jeudi jueves giovedì donderdag czwartek четверг
    friday fridays freitag freitags vendredi viernes venerdì vrijdag piątek пятница
    saturday saturdays samstag samstags sonnabend samedi sábado sabato zaterdag sobota суббота
    sunday sundays sonntag sonntags dimanche domingo domenica zondag niedziela воскресенье
""")

MONTHS = _numbered("""
    january januar jänner janvier enero gennaio januari styczeń январь
    february februar feber février febrero febbraio februari luty февраль
    march märz mars marzo maart marzec март
    april avril abril aprile kwiecień апрель
    may mai mayo maggio mei maj май
    june juni juin junio giugno czerwiec июнь
    july juli juillet julio luglio lipiec июль
    august août agosto augustus sierpień август
    september septembre septiembre settembre wrzesień сентябрь
    october oktober octobre octubre ottobre październik октябрь
    november novembre noviembre listopad ноябрь
    december dezember décembre diciembre dicembre grudzień декабрь
""")
# Also another word ("you may", "mars", "das Mai"): a month only in capitals, or beside a number.
DOUBTFUL_MONTHS = _words("may march mars maj mai mei luty lipiec")
SHORT_MONTHS = _numbered("""
    january jan
    february feb
    march mar mrz
    april apr
    june jun
    july jul
    august aug
    september sep sept
    october oct okt
    november nov
    december dec dez
""")  # months only beside a number
MONTH_NUMBERS = {name: number for number, name in enumerate(dict.fromkeys(MONTHS.values()), 1)}

NEGATIONS = _words("""
    no not never none nobody nothing neither nor nowhere without cannot cant dont wont isnt doesnt
    didnt shouldnt mustnt avoid forbid forbids forbidden prohibited
    nicht kein keine keinen keinem keiner keines nie niemals nirgends niemand nichts weder ohne
    keinesfalls keineswegs verboten untersagt vermeide vermeiden
    pas jamais sans aucun aucune rien personne non nunca jamás sin ningún ninguna ninguno nadie
    nada senza nessun nessuno nessuna niente não sem nenhum nenhuma niet geen nooit zonder bez
    nigdy inte aldrig utan не нет никогда без нельзя değil
""")
# Languages without spaces: looked for within the words.
NEGATING_SIGNS = ("不", "没", "無", "无", "未", "非", "别", "勿", "ない", "ません", "않", "없")

NUMBER_WORDS = {
    word: str(number)
    for number, words in {
        0: "zero null zéro cero",
        2: "two zwei deux",
        3: "three drei trois tres",
        4: "four vier quatre cuatro",
        5: "five fünf cinq cinco",
        6: "six sechs seis",
        7: "seven sieben sept siete",
        8: "eight acht huit ocho",
        9: "nine neun neuf nueve",
        10: "ten zehn dix diez",
        11: "eleven elf onze once",
        12: "twelve zwölf douze doce",
        15: "fifteen fünfzehn quinze quince",
        20: "twenty zwanzig vingt veinte",
        24: "twenty-four vierundzwanzig",
        30: "thirty dreißig dreissig trente treinta",
        40: "forty vierzig quarante cuarenta",
        50: "fifty fünfzig cinquante cincuenta",
        60: "sixty sechzig soixante sesenta",
        90: "ninety neunzig",
        100: "hundred hundert cent cien",
        1000: "thousand tausend mille mil",
        1_000_000: "million millionen",
    }.items()
    for word in words.split()
    if word not in {"null", "once", "sept", "cent", "quince", "elf"}  # also other words
}

# Counted only behind a number; each with the name that it is told by.
UNITS = _numbered("""
    ms msec millisecond milliseconds millisekunde millisekunden
    s sec secs second seconds sekunde sekunden seconde secondes segundo segundos
    min mins minute minutes minuten minuto minutos
    h hr hrs hour hours stunde stunden heure heures hora horas uhr
    day days tag tage tagen jour jours día días d
    week weeks woche wochen semaine semaines semana semanas
    month months monat monate monaten mois mes meses
    year years jahr jahre jahren an ans année années año años
    b byte bytes
    kb kib kilobyte kilobytes
    mb mib megabyte megabytes
    gb gib gigabyte gigabytes
    tb tib terabyte terabytes
    mm cm m km mile miles meter meters metre metres kilometer kilometers
    g kg pound pounds lb lbs
    % percent prozent pct
    € eur euro euros
    $ usd dollar dollars
    £ gbp
    ¥ jpy yen
    chf
    am a.m
    pm p.m
    k thousand
    token tokens
    line lines zeile zeilen
    people person persons personen
    °c celsius
    °f fahrenheit
""") | {
    word: word
    for word in _words("mm cm m km mile miles kilometer kilometers g kg pound pounds lb lbs")
    | _words("kib mib gib tib")
}

# Of each line one word may stand: one for another says the contrary, or something else.
_OPPOSITES = """
    before | after
    vor bevor | nach nachdem
    always immer toujours siempre | never nie niemals jamais nunca
    enable enables enabled aktiviert aktivieren | disable disables disabled deaktiviert deaktivieren
    allow allows allowed erlaubt erlauben | deny denies denied block blocks blocked verbietet
    on an | off aus
    true wahr | false falsch
    yes ja oui sí | no nein
    more mehr | less weniger
    min minimum mindestens least | max maximum höchstens most
    above over über | below under unter
    with mit | without ohne
    include includes including inklusive | exclude excludes excluding exklusive
    start starts begin begins beginnt | stop stops end ends endet
    open opens opened offen öffnet | close closes closed geschlossen schließt
    public öffentlich | private privat
    required mandatory pflicht must muss | optional may darf
    increase increases erhöht | decrease decreases reduce reduces senkt
    first zuerst | last zuletzt
    internal intern | external extern
    old alt | new neu
    dark dunkel dunkle | light hell helle
    left links | right rechts
    up | down
    high hoch | low niedrig
    accept accepts accepted | reject rejects rejected
    hourly stündlich | daily täglich | weekly wöchentlich | monthly monatlich | yearly jährlich
    morning morgens | noon mittags | afternoon nachmittags | evening abends | midnight
"""
OPPOSITES: dict[str, tuple[int, int]] = {
    word: (number, side)
    for number, line in enumerate(_OPPOSITES.strip().splitlines())
    for side, words in enumerate(line.split("|"))
    for word in words.split()
}

# Words that carry nothing by themselves: left aside where texts are compared.
FILLERS = _words("""
    a an the please that der die das den dem des ein eine einen einem einer bitte
    le la les un une el los las
""")
