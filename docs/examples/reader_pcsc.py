#!/usr/bin/env python3
"""The reader of reader.py with its card in a reader of PC/SC: the second example of docs/driver.md.
SIMULATION. Needs pyscard (Debian: python3-pyscard).

Nothing of the card goes through the pipe: commands and power are PC/SC's, and uketsuke sees them where
its card lies.
"""
import reader
from smartcard.Exceptions import SmartcardException
from smartcard.scard import SCARD_UNPOWER_CARD
from smartcard.System import readers

reader.HELLO.update(name="example reader over PC/SC", card="pcsc")
tell = reader.say
card = None  # the connection to the card that is in

def connect():
    """Connects to the first card found; `present-card` comes once every program sees it."""
    for device in readers():
        connection = device.createConnection()
        try:
            connection.connect(disposition=SCARD_UNPOWER_CARD)
            return connection
        except SmartcardException:
            pass  # no card in this one
    raise reader.Over("unreadable")

def leave():
    """Takes the power off the card (ACC-07); one that has been pulled has none."""
    global card
    if card:
        try:
            card.disconnect()
        except SmartcardException:
            pass
    card = None

def say(type, **members):
    if type in ("power-off", "kept"):
        leave()
    if type != "power-off":
        tell(type, **members)

def transmit(apdu, at_most=0):
    """Returns data and status word. A card that was pulled gives none; `take-card` then follows."""
    global card
    try:
        card = card or connect()
        data, sw1, sw2 = card.transmit(list(bytes.fromhex(apdu)))
    except SmartcardException:
        raise reader.Over("unreadable")
    if len(data) > at_most:
        raise reader.Over("unreadable")
    return bytes(data), sw1 << 8 | sw2

reader.say, reader.transmit = say, transmit
reader.main()
