//! Faulty backends that refuse too much, or whose answers are wrong in their form.

use super::{BackendFlaw, Faulty, refused};
use crate::backend::Outage;
use crate::eligibility::{Answer, EmergencyConsent, Ground, Inquiry, InquiryKind};

impl Faulty {
    /// Returns the refusal of what a sound backend would answer.
    pub(super) fn refused_all_the_same(&self, inquiry: &Inquiry) -> Option<Answer> {
        let Inquiry::Confirm { emergency, .. } = inquiry else {
            return None;
        };
        match self.flaw {
            BackendFlaw::RegistrationNotInEffect if self.registered => {
                Some(refused(Ground::Unregistered))
            }
            BackendFlaw::OralConsentNotEnough if *emergency == Some(EmergencyConsent::Given) => {
                Some(refused(Ground::NoConsent))
            }
            _ => None,
        }
    }

    /// Returns the answer in the form in which the flawed backend sends it.
    pub(super) fn sent(&self, inquiry: &Inquiry, mut answer: Answer) -> Result<Answer, Outage> {
        match (self.flaw, &mut answer) {
            (BackendFlaw::RefusalWithoutCode, Answer::Refused(refusal)) => refusal.code.clear(),
            (BackendFlaw::RefusalWithoutMessage, Answer::Refused(refusal)) => {
                refusal.message.clear();
            }
            (BackendFlaw::AnswerCutOff, _) if inquiry.kind() == InquiryKind::Number => {
                return Err(Outage::Malformed("it ends in the middle".to_owned()));
            }
            _ => {}
        }
        Ok(answer)
    }
}
