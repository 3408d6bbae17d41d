#!/usr/bin/env python3
"""The driver of a card reader, with the reader in it: the example of docs/driver.md. SIMULATION.

A visit reads from top to bottom. Whoever waits for a person calls `person()`; when the card is out,
`CardOut` is raised there or where the card is asked. Ids: `uketsuke list requirements`.
"""
import hashlib
import json
import re
import secrets
import sys
from datetime import date, datetime, timedelta, timezone

SINCE = date(2025, 2, 1)  # the rules of earlier days are not in this example (CONS-06, CONS-09)
JPKI, CARD_FACE = "d392f000260100000001", "d3921000310001010402"
DIGEST_INFO = "3031300d060960864801650304020105000420"  # of a SHA-256
NO_CAMERA = ("eligibility-only", "online-care", "home-visit")
CARE = {"home-visit": "home-visit", "online-care": "online"}
PIN = re.compile(r"[0-9]{4}\Z")  # IDV-09
HELLO = {"type": "hello", "protocol": "uketsuke-reader/1", "name": "example reader",
         "version": "1", "sets-date": True, "card": "pipe", "backend": "pipe"}
QUESTIONS = ("care", "checkup", "surgery", "specific-disease")
COVERS = {"care": ("drug", "diagnosis"), "checkup": ("checkup",), "surgery": ("surgery",)}

class CardOut(Exception): """The patient has taken the card."""
class VisualMode(Exception): """Staff have switched the reader to visual mode."""
class Over(Exception): """The visit ends with this screen."""

def say(type, **members):
    print(json.dumps({"type": type, **members}), flush=True)

def hear():
    line = sys.stdin.readline()
    message = json.loads(line) if line else {"type": "bye"}
    if message["type"] == "bye":
        sys.exit(0)
    return message

def show(screen, **parameters):
    say("screen", screen=screen, **parameters)

def transmit(apdu, at_most=0):
    """Returns data and status word. No answer, or more than was asked for, ends the visit."""
    say("transmit", apdu=apdu)
    reply = hear()
    if reply.get("removed"):
        raise CardOut
    answer = bytes.fromhex(reply.get("apdu", ""))
    if not 2 <= len(answer) <= at_most + 2:
        raise Over("unreadable")
    return answer[:-2], int.from_bytes(answer[-2:], "big")

def must(apdu, at_most=0):
    """Returns the data; anything but 9000 ends the visit."""
    data, status = transmit(apdu, at_most)
    if status != 0x9000:
        raise Over("unreadable")
    return data

def read(tag, most):
    """Reads the selected file as far as the length of the object in it says (ACC-04)."""
    data, whole, at = b"", 1, len(tag)
    while len(data) < whole:
        data += must(f"00b0{len(data):04x}00", 256)
        header = at + 1 + (data[at] & 0x7F) if len(data) > at + 3 and data[at] > 0x80 else most
        whole = header + int.from_bytes(data[at + 1:header], "big")
        if not data.startswith(tag) or header > 5 or whole > most:
            raise Over("unreadable")
    return data[:whole]

def ask(name, /, **members):
    """Asks the backend. Outage and refusal tell nobody that they are not insured (ELIG-13)."""
    say("ask", inquiry={"inquiry": name, **members})
    answer = hear().get("answer")
    if answer is None:
        raise Over("outage")
    if answer["answer"] == "refused":
        lapsed = answer["ground"] == "certificate-lapsed"
        raise Over("certificate-lapsed" if lapsed else "counter")
    return answer

def person():
    """Waits for a person, with the card in."""
    say("idle")
    message = hear()
    if message["type"] == "take-card":
        raise CardOut
    return message

class Visit:
    """From a card put in to the card taken out. Nothing outlives it (ACC-06)."""

    def __init__(self, site, printed):
        self.site, self.printed = site, printed
        self.may_look = printed["photo"] and site["kind"] != "online-care"
        self.care = CARE.get(site["kind"], "outpatient")
        self.face_closed, self.failures = False, 0

    def play(self, visual):
        say("log", text="SIMULATION: a card was put in")
        try:
            try:
                self.receive(visual)
            except Over as over:
                show(over.args[0])
            say("power-off")  # ACC-07, and only then may the card go (ACC-11)
            show("take-card")
            while True:
                person()
        except CardOut:
            show("insert-card")
            say("log", text="SIMULATION: the card is out")
            say("kept", images=[])  # ACC-09

    def receive(self, visual):
        """Identity, certificate, registration, consent, eligibility: in this order (IDV-17)."""
        try:
            by_pin = self.visual_check() if visual else self.identify()
        except VisualMode:
            by_pin = self.visual_check()
        show("checking")
        if not by_pin:
            self.unlock()
        answer = self.authenticate()
        grace, token = answer["phase"] == "grace", answer["token"]
        if not answer["registered"]:
            if not grace:
                show("offer-registration")
            if grace or not self.wait_for("register")["accept"]:
                raise Over("counter")  # REG-02
            ask("register", token=token)
        if answer["phase"] != "valid":  # CERT-02, CERT-03
            show("certificate-expired" if grace else "certificate-ending")
            self.wait_for("continue")
        consents = [] if grace else self.consents(answer.get("earlier", []))
        show("checking")
        eligibility = ask("confirm", token=token, consents=consents)
        if eligibility["validity"] not in ("valid", "valid-unregistered"):
            raise Over("counter")
        self.fetch(eligibility)
        raise Over("done")

    def wait_for(self, *kinds):
        while True:
            message = person()
            if message["type"] in kinds:
                return message
            if message["type"] == "visual-mode" and "choose" in kinds:
                raise VisualMode

    def methods(self):
        face = self.printed["photo"] and self.site["kind"] not in NO_CAMERA and not self.face_closed
        return ["face"] * face + ["pin"] * (not self.printed["pinless"])  # IDV-10, IDV-11, IDV-16

    def identify(self):
        """Returns whether a PIN proved it. A way returns True, or another way that was chosen."""
        way = None
        while True:
            if not self.methods() and way is None:
                raise Over("counter")
            if way is None:
                show("choose-method", methods=self.methods())
            while way not in self.methods() + ["visual"]:
                way = self.wait_for("choose")["method"]
            if way == "visual":
                return self.visual_check()
            chosen = way
            way = self.pin() if way == "pin" else self.face()
            if way is True:
                return chosen == "pin"

    def visual_check(self):
        if self.may_look:
            show("visual-check")
        if not self.may_look or not self.wait_for("visual-check")["matches"]:
            raise Over("counter")
        return False

    def pin(self):
        must("00a4040c0a" + JPKI)
        must("00a4020c020018")
        screen, status = "pin-pad", transmit("00200080")[1]
        while True:
            if status in (0x63C0, 0x6984):  # locked: the other ways stay open (IDV-07)
                ways = [way for way in self.methods() if way == "face"]
                ways += ["visual"] * self.may_look
                show("pin-locked", methods=ways)
                if not ways:
                    raise Over("counter")
                return self.wait_for("choose")["method"]
            if status >> 4 != 0x63C:
                raise Over("unreadable")
            keys = "".join(secrets.SystemRandom().sample("0123456789", 10))  # IDV-06
            show(screen, left=status & 15, keys=keys, masked=True)  # IDV-05
            act = self.wait_for("enter-pin", "choose")
            while not PIN.match(act.get("pin", "0000")):
                act = self.wait_for("enter-pin", "choose")
            if act["type"] == "choose":
                return act["method"]
            status = transmit("0020008004" + act["pin"].encode().hex())[1]  # one VERIFY (IDV-02)
            if status == 0x9000:
                return True
            screen = "pin-wrong"

    def face(self):
        code = "002000800e" + self.printed["code-b"].encode().hex()
        opening = ("00a4040c0a" + CARD_FACE, "00a4020c020012", code, "00a4020c020002")
        if any(transmit(apdu)[1] != 0x9000 for apdu in opening):
            self.face_closed = True  # the other ways stay open
            return None
        read(b"\xff\x20", 16384)  # what the camera compares with; it is kept nowhere (ACC-09)
        while self.failures < 3:
            show("face", failures=self.failures)
            act = self.wait_for("show-face", "choose")
            if act["type"] == "choose":
                return act["method"]
            if act["matches"]:
                return True
            self.failures += 1
        self.face_closed = True  # IDV-13
        return None

    def unlock(self):
        """Unlocks the key without a PIN, by the stand-in of the harness."""
        must("00a4040c0a" + JPKI)
        must("00a4020c020016")
        say("terminal")
        for apdu in hear()["apdus"]:
            must(apdu)
        say("terminal", challenge=must("0084000010", 16).hex())
        must(hear()["apdus"][0])

    def authenticate(self):
        must("00a4020c02000a")
        certificate = read(b"\x30", 8192)
        must("00a4020c020017")
        challenge = secrets.token_bytes(32)  # ACC-05
        digest = DIGEST_INFO + hashlib.sha256(challenge).hexdigest()
        signature = must(f"802a008033{digest}00", 256)
        return ask("authenticate", certificate=certificate.hex(), challenge=challenge.hex(),
                   signature=signature.hex(), site=self.site, care=self.care)

    def consents(self, earlier):
        """Returns an answer of the patient's own to each question (CONS-01)."""
        kinds = [kind for kind in QUESTIONS if kind in self.site["offers"]]
        if self.site["kind"] == "eligibility-only" or not kinds:
            return []
        if self.site["consent-layout"] == "all-first":
            show("consent-all", kinds=kinds)
            if self.wait_for("consent")["answer"] == "agree":
                return [{"kind": kind, "answer": "agree"} for kind in kinds]  # CONS-11
        return [self.consent(kind, earlier) for kind in kinds]

    def consent(self, kind, earlier):
        preset = next((it["answer"] for it in earlier if it["kind"] == kind), None)  # CONS-09
        show("consent", kind=kind, **({"preset": preset} if preset else {}))
        while True:
            act = self.wait_for("consent", "continue")
            if act["type"] == "continue" and preset:
                return {"kind": kind, "answer": preset}
            if act["type"] == "consent" and act.get("kind") == kind:
                return {"kind": kind, "answer": act["answer"]}

    def fetch(self, eligibility):
        """Fetches what the backend says that a consent is recorded for."""
        members = ("insurer", "symbol", "number", "branch")
        key = {it: value for it, value in eligibility["qualification"].items() if it in members}
        key["birth-date"] = eligibility["person"]["birth-date"]
        given = [it["kind"] for it in eligibility.get("consents", []) if it["flag"] == "given"]
        for kind in (it for consent in given for it in COVERS.get(consent, ())):
            try:
                ask("medical", key=key, kind=kind, site=self.site, care=self.care)
            except Over:
                pass  # the reception goes on without it

def main():
    site, visual = None, False
    while True:
        message = hear()
        kind = message["type"]
        if kind == "hello":
            say(**HELLO)
            continue
        now = datetime.fromisoformat(message["now"]).astimezone(timezone(timedelta(hours=9)))
        site = message.get("site", site)
        if kind == "emergency" or site["kind"] == "ambulance" or now.date() < SINCE:
            say("cannot", reason=f"this example knows no emergency and no day before {SINCE}")
            continue
        if kind in ("begin", "go-to"):
            show("insert-card")
        elif kind == "present-card":
            Visit(site, message["printed"]).play(visual)
        elif kind == "no-card":
            show("counter")
        visual = kind == "visual-mode"
        say("idle")

if __name__ == "__main__":
    main()
