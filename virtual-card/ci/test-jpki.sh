#!/bin/bash
# Tries OpenSC's driver for the My Number Card on a card that is not there. SIMULATION.
#
# For continuous integration, OpenSC's own or anybody's. Needs OpenSC's tools and OpenSSL, and is run
# beside the card, in a pcscd that has vpcd:
#
#     virtual-card --holder adult -- virtual-card/ci/test-jpki.sh
set -euo pipefail

pin=1234 password=ABC123
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

test "$(opensc-tool --reader 0 --name)" = jpki
pkcs15-tool --dump
pkcs11-tool --test --login --pin "$pin"

# Both keys sign, and the certificates on the card verify.
echo SIMULATION >"$work/message"
sign() { # slot-index PIN id
    pkcs15-tool --reader 0 --read-certificate "$3" --verify-pin --auth-id "0$3" --pin "$2" \
        --output "$work/certificate.pem" >/dev/null
    openssl x509 -in "$work/certificate.pem" -noout -pubkey >"$work/key.pem"
    pkcs11-tool --slot-index "$1" --login --pin "$2" --sign --id "0$3" \
        --mechanism SHA256-RSA-PKCS --input-file "$work/message" --output-file "$work/signature"
    openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/signature" "$work/message"
}
sign 0 "$pin" 1
sign 1 "$password" 2

# A wrong PIN spends a try, the right one brings all of them back.
tries() { pkcs15-tool --list-pins | sed -n 's/.*Tries left *: //p' | head -n 1; }
if pkcs15-tool --verify-pin --auth-id 01 --pin 9999; then exit 1; fi
test "$(tries)" = 2
pkcs15-tool --verify-pin --auth-id 01 --pin "$pin"
test "$(tries)" = 3
echo "SIMULATION: all of it went well"
