#!/usr/bin/env python3
"""An eligibility backend in one file: the example of docs/process.md. SIMULATION.

usage: backend.py [AUTHORITY.pem...], of which `virtual-card --authorities` writes some. Without
any, no inquiries by card are carried. Ids such as CERT-03: `uketsuke list requirements`.
"""
import calendar
import hashlib
import json
import ssl
import sys
import unicodedata
from datetime import date, datetime, timedelta, timezone

# What this backend asks to be judged by: no emergencies, disasters, outages or phones.
CLAIMS = ["CERT", "REG", "CONS", "ELIG", "DISC", "VAR-01", "VAR-05"]
GRACE_FROM = date(2024, 12, 2)  # CERT-03
LIMIT_UNASKED_FROM = date(2024, 10, 7)  # CONS-07
CARRIED_OVER_FROM = date(2025, 2, 1)  # CONS-09
SINCE = {"diagnosis": date(2022, 9, 11), "surgery": date(2023, 5, 11)}
FIRST_MONTH = {"drug": "2021-09", "diagnosis": "2022-06", "checkup": "2020-04"}  # CONS-13

class Refused(Exception):
    """Refused, with a made-up code: those of the real system are not public."""

def parts(data):
    """Returns the elements of DER: each whole, its tag, its content."""
    found, at = [], 0
    while at < len(data):
        start, tag, length, at = at, data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at:at + count], "big"), at + count
        found.append((data[start:at + length], tag, data[at:at + length]))
        at += length
    return found

def instant(tag, content):
    form = "%y%m%d%H%M%SZ" if tag == 0x17 else "%Y%m%d%H%M%SZ"  # UTCTime or GeneralizedTime
    time = datetime.strptime(content.decode("ascii"), form)
    return time.replace(tzinfo=timezone.utc).astimezone(timezone(timedelta(hours=9)))

class Certificate:
    def __init__(self, data):
        (self.signed, _, content), _, (_, _, signature) = parts(parts(data)[0][2])
        self.signature = signature[1:]
        fields = parts(content)[1:]  # without the version
        self.serial = int.from_bytes(fields[0][2], "big")
        self.issuer, self.subject = fields[2][0], fields[4][0]
        self.not_before, self.not_after = (instant(*time[1:]) for time in parts(fields[3][2]))
        key = parts(parts(fields[5][2])[1][2][1:])[0][2]
        self.modulus, self.exponent = (int.from_bytes(one[2], "big") for one in parts(key))

    def has_signed(self, message, signature):
        """PKCS#1 v1.5 with SHA-256 (RFC 8017, 8.2.2)."""
        size = (self.modulus.bit_length() + 7) // 8
        digest = bytes.fromhex("3031300d060960864801650304020105000420")
        digest += hashlib.sha256(message).digest()
        expected = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        return len(signature) == size and expected == pow(
            int.from_bytes(signature, "big"), self.exponent, self.modulus).to_bytes(size, "big")

    def phase(self, now):
        """CERT-01 to CERT-05. The second that the end names still belongs to it."""
        end, today = self.not_after.date(), now.date()
        if self.not_before <= now < self.not_after + timedelta(seconds=1):
            return "valid" if today < months_away(end, -3) else "ending"
        # CERT-03: to the last day of the third month after the month of the last valid day.
        in_grace = max(end, GRACE_FROM) <= today < months_away(end.replace(day=1), 4)
        return "grace" if in_grace else "lapsed"

def months_away(day, months):
    """Returns the same day some months away, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

def is_preschool(born, day):
    """ELIG-09: to 31 March after the 6th birthday; born on 1 April counts as the eve."""
    eve = born - timedelta(days=1)
    return day <= date(eve.year + (6 if (eve.month, eve.day) <= (3, 31) else 7), 3, 31)

def holding(items, day):
    """Returns those that hold on a day; dates in messages compare as text."""
    return [item for item in items
            if item and item["from"] <= day.isoformat() <= item.get("until", "9999")]

def last(items):
    return items[-1] if items else None

def plain(text):
    return "".join(unicodedata.normalize("NFKC", text or "").split())

class Backend:
    def __init__(self, authorities):
        self.authorities = authorities
        self.people, self.sessions, self.registered, self.consents = {}, {}, set(), []

    def arrange(self, world, anew):
        """Takes over what is known; returns the reason where this backend cannot."""
        if anew:
            self.__init__(self.authorities)
        for person in world["people"]:
            name, known = person["name"], person["registry"]
            aid = any(one.get("class") == "medical-aid" for one in known["qualifications"])
            if (aid or "incidents" in world or "physical-card" in person["card"]
                    or {"withdrawals", "previous-certificate-until"} & set(known)):
                return "this example knows no incidents, phones, medical aid and ended consents"
            if known.get("registration", {}).get("cancelled"):
                self.registered.discard(name)
            for old in known.get("earlier-consents", []) if anew else []:
                self.consents.append((name, old["institution"], old["kind"], old["answer"],
                                      datetime.fromisoformat(old["at"])))
        self.people = {person["name"]: person for person in world["people"]}

    def ask(self, question, now):
        try:
            return getattr(self, question["inquiry"])(question, now)
        except Refused as refused:
            ground = str(refused)
            return {"answer": "refused", "ground": ground, "code": "SIM-" + ground,
                    "message": "受け付けられません。窓口で確認してください(模擬)"}

    def is_registered(self, name):
        registration = self.people[name]["registry"].get("registration", {"cancelled": True})
        return name in self.registered or not registration.get("cancelled")

    def verify(self, question):
        """CERT-07: returns the certificate and whose it is."""
        try:
            certificate = Certificate(bytes.fromhex(question["certificate"]))
        except (ValueError, IndexError):
            raise Refused("certificate-invalid") from None
        trusted = any(one.subject == certificate.issuer
                      and one.has_signed(certificate.signed, certificate.signature)
                      for one in self.authorities)
        proven = certificate.has_signed(bytes.fromhex(question["challenge"]),
                                        bytes.fromhex(question["signature"]))
        for name, person in self.people.items():
            if trusted and proven and int(person["card"]["serial"], 16) == certificate.serial:
                return certificate, name
        raise Refused("certificate-invalid")

    def authenticate(self, question, now):
        certificate, name = self.verify(question)
        known, phase = self.people[name]["registry"], certificate.phase(now)
        registered = self.is_registered(name)
        if known.get("certificate", "good") != "good":
            raise Refused("certificate-revoked")  # CERT-06
        if phase == "lapsed":
            raise Refused("certificate-lapsed")  # CERT-04
        if "withheld-by" in known and registered:
            raise Refused("withheld")  # DISC-01
        token, site = f"session-{len(self.sessions) + 1}", question["site"]
        self.sessions[token] = (name, certificate, site)
        forty = months_away(date.fromisoformat(known["person"]["birth-date"]), 480)
        earlier = {}  # CONS-09: the last answer here; that to check-ups ends at 40
        for who, where, kind, answer, at in self.consents:
            since = forty if kind == "checkup" and forty <= now.date() else CARRIED_OVER_FROM
            if ((who, where) == (name, site["institution"]) and phase != "grace"
                    and max(since, CARRIED_OVER_FROM) <= min(at, now).date()):
                earlier[kind] = {"kind": kind, "answer": answer}
        return {"answer": "authenticated", "token": token, "registered": registered,
                "phase": phase, "earlier": list(earlier.values())}

    def session(self, question, now):
        if question["token"] not in self.sessions:
            raise Refused("unknown-token")
        name, certificate, site = self.sessions[question["token"]]
        known, phase = self.people[name]["registry"], certificate.phase(now)
        if phase == "lapsed" or "withheld-by" in known:
            raise Refused("certificate-lapsed" if phase == "lapsed" else "withheld")
        return name, known, site, phase

    def register(self, question, now):
        name, known, _, phase = self.session(question, now)
        if phase == "grace" or not known["qualifications"]:  # REG-07
            raise Refused("unregistered" if known["qualifications"] else "not-recorded")
        self.registered.add(name)
        return {"answer": "registered"}

    def confirm(self, question, now):
        name, known, site, phase = self.session(question, now)
        if not self.is_registered(name):
            raise Refused("unregistered")  # REG-06
        if question.get("emergency") == "refused":
            raise Refused("no-consent")  # EMG-01
        today = now.date()
        current = holding(known["qualifications"], today)[-1:]
        past = [one for one in known["qualifications"] if one["from"] <= today.isoformat()]
        shown = current or sorted(past, key=lambda one: one.get("until", ""))[-1:]
        validity = "valid" if current else "invalid" if shown else "none"  # ELIG-01, ELIG-03
        answer = self.eligibility(validity, known, shown, today,
                                  bool(current) and LIMIT_UNASKED_FROM <= today)
        if site["kind"] == "eligibility-only":  # VAR-01
            return answer
        # CERT-03: in the grace period no consent counts, nor where there is no insurance.
        given = question["consents"] if current and phase != "grace" else []
        self.consents += [(name, site["institution"], one["kind"], one["answer"], now)
                          for one in given]
        agreed = {one["kind"] for one in given if one["answer"] == "agree"}
        for kind in ("care", "checkup", "surgery", "specific-disease"):
            if kind in site["offers"] and SINCE.get(kind, today) <= today:  # CONS-10
                flag = {"kind": kind, "flag": "given" if kind in agreed else "no"}
                if kind in agreed:  # CONS-02
                    flag.update(at=now.isoformat(), until=(now + timedelta(days=1)).isoformat())
                answer["consents"].append(flag)
        if "specific-disease" in agreed:  # CONS-14
            answer["specific-diseases"] = holding(known.get("specific-diseases", []), today)
        if phase == "ending":  # CERT-02
            answer["side-information"] = "SIM-201 電子証明書の有効期限が近づいています"
        return answer

    def eligibility(self, validity, known, found, today, with_limit):
        answer = {"answer": "eligibility", "validity": validity, "consents": []}
        for one in found:  # ELIG-09
            young = is_preschool(date.fromisoformat(known["person"]["birth-date"]), today)
            shown = dict(one, preschool=young, elderly=last(holding([one.get("elderly")], today)))
            answer.update(person=dict(known["person"]), qualification=shown)
        if with_limit:
            answer["limit"] = last(holding([known.get("limit")], today))
        return answer

    def limit(self, question, now):  # CONS-06
        known = self.session(question, now)[1]
        return {"answer": "limit", "limit": last(holding([known.get("limit")], now.date()))}

    def find(self, key):
        """ELIG-06: whatever the padding and the width; without a branch any branch fits."""
        def form(one):
            return plain(one["insurer"]).lstrip("0"), plain(one.get("symbol")), plain(one["number"])
        return [(name, person["registry"], one) for name, person in self.people.items()
                for one in person["registry"]["qualifications"] if form(one) == form(key)
                and len({plain(key.get("branch")), plain(one.get("branch"))} - {""}) < 2
                and person["registry"]["person"]["birth-date"] == key["birth-date"]]

    def number(self, question, now):
        found, today = self.find(question["key"]), now.date()
        found.sort(key=lambda one: (bool(holding([one[2]], today)), one[2]["from"]))  # latest last
        if len({name for name, _, _ in found}) != 1:  # ELIG-05
            return self.eligibility("several" if found else "none", None, [], today, False)
        _, known, asked = found[-1]
        newer = any(one["from"] > asked["from"] for one in holding(known["qualifications"], today))
        validity = ("valid" if holding([asked], today)
                    else "invalid-newer-exists" if newer else "invalid")  # ELIG-04
        answer = self.eligibility(validity, known, [asked], today,
                                  question["limit-consent"] and validity == "valid")  # CONS-08
        if "undisclosed-by" in known or "withheld-by" in known:  # DISC-03, DISC-10
            answer["person"].update(address=None, postcode=None)
        return answer

    def medical(self, question, now):
        found, kind, site = self.find(question["key"]), question["kind"], question["site"]
        if found and "withheld-by" in found[-1][1]:  # DISC-01
            raise Refused("withheld")
        if site["kind"] == "eligibility-only":  # VAR-01
            raise Refused("not-authorised")
        asked = {"drug": "care", "diagnosis": "care"}.get(kind, kind)
        here = [one for one in self.consents
                if found and one[:3] == (found[-1][0], site["institution"], asked)]
        lasts = timedelta(days=9999 if question["care"] == "home-visit" else 1)  # CONS-03
        if not here or here[-1][3] != "agree" or here[-1][4] + lasts < now:
            raise Refused("no-consent")
        period = question.get("period", {"from": "", "until": "9999"})
        first = max(FIRST_MONTH.get(kind, ""), period["from"][:7])
        records = [one for one in found[-1][1].get("medical", [])
                   if one["kind"] == kind and first <= one["month"] <= period["until"][:7]
                   and SINCE.get(kind, date.min) <= now.date()]
        records.sort(key=lambda one: one["month"], reverse=True)
        return {"answer": "medical", "kind": kind,
                "records": records[:5] if kind == "checkup" else records}

    def portal(self, question, _now):
        known = self.people[question["person"]]["registry"]
        shown = [] if "withheld-by" in known else ["insurance", "drug", "diagnosis", "cost", "checkup"]
        history = [] if "undisclosed-by" in known else ["exchange-history"]
        return {"answer": "portal", "shown": shown + history}  # DISC-05, DISC-06

def main():
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    pems = [open(path, encoding="ascii").read() for path in sys.argv[1:]]
    backend = Backend([Certificate(ssl.PEM_cert_to_DER_cert(pem)) for pem in pems])
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "hello":
            by_card = ["authenticate", "register", "confirm", "limit"] if sys.argv[1:] else []
            reply = {"type": "hello", "protocol": "uketsuke-backend/1", "name": "example",
                     "version": "1", "carries": by_card + ["number", "medical", "portal"],
                     "arranges": True, "claims": CLAIMS}
        elif message["type"] == "arrange":
            reason = backend.arrange(message["world"], message["anew"])
            reply = {"type": "cannot", "reason": reason} if reason else {"type": "arranged"}
        elif message["type"] == "ask":
            answer = backend.ask(message["inquiry"], datetime.fromisoformat(message["now"]))
            reply = {"type": "answer", "id": message["id"], "answer": answer}
        else:  # bye
            break
        print(json.dumps(reply, ensure_ascii=False), flush=True)

main()
