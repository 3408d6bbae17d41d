"""A PC/SC program that knows nothing of the card: takes words on stdin, answers each with a line.

Uses PC/SC through pyscard as it is packaged. Every wait has an end.
"""

import sys

from smartcard import scard
from smartcard.util import toBytes

WAIT_MS = 20_000
NAMES = {
    getattr(scard, name): name
    for name in dir(scard)
    if name.startswith(("SCARD_E_", "SCARD_W_", "SCARD_F_"))
}


class Failed(Exception):
    """A call of PC/SC that did not succeed, by the name of its error."""


def check(result, *values):
    """Returns what a call gave, or raises the name of its error."""
    if result != scard.SCARD_S_SUCCESS:
        raise Failed(NAMES.get(result, f"{result & 0xFFFFFFFF:08X}"))
    return values[0] if values else None


def as_hex(values):
    """Writes bytes, which PC/SC gives as signed numbers."""
    return "".join(f"{value & 0xFF:02X}" for value in values)


class Reader:
    """One slot as a program sees it."""

    def __init__(self, name):
        self.name = name
        self.context = check(*scard.SCardEstablishContext(scard.SCARD_SCOPE_USER))
        self.card = None

    def wait(self, wanted):
        """Waits until the reader has the card, or has none."""
        state = [(self.name, scard.SCARD_STATE_UNAWARE)]
        while True:
            result, new = scard.SCardGetStatusChange(self.context, WAIT_MS, state)
            check(result)
            name, event, _ = new[0]
            if event & wanted:
                return "ok"
            state = [(name, event)]

    def connect(self):
        """Connects and returns the answer to reset."""
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, self.card, protocol = scard.SCardConnect(
            self.context, self.name, scard.SCARD_SHARE_SHARED, protocols
        )
        check(result)
        self.protocol = protocol
        return self.atr()

    def atr(self):
        result, _, _, _, atr = scard.SCardStatus(self.card)
        check(result)
        return as_hex(atr)

    def state(self):
        """Returns the answer to reset that the reader shows without a connection."""
        state = [(self.name, scard.SCARD_STATE_UNAWARE)]
        result, new = scard.SCardGetStatusChange(self.context, 0, state)
        check(result)
        return as_hex(new[0][2])

    def reconnect(self, how):
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, self.protocol = scard.SCardReconnect(
            self.card, scard.SCARD_SHARE_SHARED, protocols, how
        )
        check(result)
        return "ok"

    def transmit(self, command):
        pci = scard.SCARD_PCI_T1 if self.protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        result, answer = scard.SCardTransmit(self.card, pci, toBytes(command))
        check(result)
        return as_hex(answer)

    def do(self, words):
        match words:
            case ["present"]:
                return self.wait(scard.SCARD_STATE_PRESENT)
            case ["empty"]:
                return self.wait(scard.SCARD_STATE_EMPTY)
            case ["state"]:
                return self.state()
            case ["connect"]:
                return self.connect()
            case ["disconnect"]:
                return check(scard.SCardDisconnect(self.card, scard.SCARD_LEAVE_CARD)) or "ok"
            case ["reset"]:
                return self.reconnect(scard.SCARD_RESET_CARD)
            case ["unpower"]:
                return self.reconnect(scard.SCARD_UNPOWER_CARD)
            case ["apdu", command]:
                return self.transmit(command)
        return "unknown word"


def main():
    reader = Reader(sys.argv[1])
    for line in sys.stdin:
        try:
            answer = reader.do(line.split())
        except Failed as failure:
            answer = str(failure)
        print(answer, flush=True)


main()
