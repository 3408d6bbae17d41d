//! A tester with the patient's card in a PC/SC reader of their own.
//!
//! No event of it reaches the reader under judgement: the card is out of that one meanwhile.

use virtual_card::apdu::Command;

use super::Run;
use crate::check_in::{CardReply, digest_info};
use crate::scenario::{Probe, Step};
use crate::transcript::{Event as Entry, Note, Role, Stimulus};

/// Bytes that one READ BINARY asks for.
const BLOCK: usize = 256;
/// READ BINARYs of one `read`: 15 bits of offset reach no further.
const BLOCKS_MAX: u16 = 128;
/// What the tester has the card sign; a convention of this harness.
const TEXT: &[u8] = b"uketsuke SIMULATION probe";

impl Run<'_> {
    /// Does what a probe lists, from putting the card in to taking it out.
    pub(super) fn probe(&mut self, index: usize, probes: &[Probe]) {
        if !self.slot.is_empty() {
            let reason = "the card is in the reader of the visit".to_owned();
            self.note(Note::Unmet {
                step: index,
                reason,
            });
            return;
        }
        self.later(self.scenario.pace_ms);
        let person = self.slot.patient().to_owned();
        let Some(printed) = self.insert(&person, Role::Tester, None) else {
            return;
        };
        for probe in probes {
            if !probe.is_act() {
                self.note(Note::Reached { step: index });
                continue;
            }
            let act = self.recorder.mask_step(&Step::Probe(vec![probe.clone()]));
            self.recorder.record(
                self.now,
                Role::Tester,
                Role::Card,
                None,
                Entry::Stimulus(Stimulus { step: index, act }),
            );
            match probe {
                Probe::Reset => self.reset(Role::Tester),
                Probe::PowerCycle => self.power_off(Role::Tester),
                Probe::Read => self.read_all(),
                probe => {
                    if let Some(command) = command_of(probe, &printed.code_b) {
                        self.transmit(Role::Tester, &command);
                    }
                }
            }
        }
        if !self.slot.is_empty() {
            self.removed(Role::Tester, None);
        }
    }

    /// Reads the current file until the card has no more, or says anything but 9000.
    fn read_all(&mut self) {
        let mut offset = 0_u16;
        for _ in 0..BLOCKS_MAX {
            let command = Command::read_binary(offset, BLOCK).to_bytes();
            let (reply, _) = self.transmit(Role::Tester, &command);
            let read = match reply {
                CardReply::Response(response) if response.status.is_success() => {
                    response.data.len()
                }
                _ => 0,
            };
            let next = u16::try_from(read)
                .ok()
                .and_then(|read| offset.checked_add(read));
            match next {
                Some(next) if read > 0 && next < 0x8000 => offset = next,
                _ => break,
            }
        }
    }
}

/// Returns the command that an item sends.
fn command_of(probe: &Probe, code_b: &str) -> Option<Vec<u8>> {
    let command = match probe {
        Probe::Select(_) => Command::select_application(&probe.bytes()?),
        Probe::SelectFile(_) => {
            let id: [u8; 2] = probe.bytes()?.try_into().ok()?;
            Command::select_file(u16::from_be_bytes(id))
        }
        Probe::PinStatus => Command::pin_status(),
        Probe::Verify(pin) => Command::verify(pin.plain()?.as_bytes()),
        Probe::VerifyCodeB => Command::verify(code_b.as_bytes()),
        Probe::ReadAt(offset) => Command::read_binary(*offset, BLOCK),
        Probe::Sign => Command::sign(&digest_info(TEXT)),
        Probe::Send(_) => return probe.bytes(),
        Probe::Read | Probe::Reset | Probe::PowerCycle | Probe::Expect(_) => return None,
    };
    Some(command.to_bytes())
}
