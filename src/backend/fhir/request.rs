//! Inquiry → `CoverageEligibilityRequest`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::coverage::{self, Numbers};
use super::form::{CONSENT, Kind, SITE, simple, word};
use super::outcome::simulation;
use super::patient::{self, Known};
use super::system::{EXTENSION, INSTITUTION};
use crate::eligibility::{
    Bytes, Care, Inquiry, InquiryKind, MedicalKind, Moment, NumberKey, Period, Site,
};

/// The parts of a request that depend on the inquiry.
#[derive(Default)]
struct Parts {
    contained: Vec<Value>,
    extensions: Vec<Value>,
    patient: bool,
    insurer: bool,
    coverage: bool,
    provider: bool,
    period: Option<Period>,
}

/// Returns the `CoverageEligibilityRequest` that asks this at `now`.
pub fn request(inquiry: &Inquiry, now: Moment) -> Value {
    let mut parts = Parts::default();
    if inquiry.kind() != InquiryKind::Number {
        parts.code("inquiry", &inquiry.kind());
    }
    parts.fill(inquiry);
    let benefits = matches!(
        inquiry.kind(),
        InquiryKind::Confirm | InquiryKind::Limit | InquiryKind::Number | InquiryKind::Person
    );
    let reference = |known: bool, name: &str, else_says: &str| {
        if known {
            json!({ "reference": format!("#{name}") })
        } else {
            json!({ "display": format!("SIMULATION: {else_says}") })
        }
    };
    let mut resource =
        json!({ "resourceType": "CoverageEligibilityRequest", "meta": simulation() });
    super::form::put(&mut resource, "contained", Value::Array(parts.contained));
    super::form::put(&mut resource, "extension", Value::Array(parts.extensions));
    resource["status"] = json!("active");
    resource["purpose"] = if benefits {
        json!(["validation", "benefits"])
    } else {
        json!(["validation"])
    };
    resource["patient"] = reference(parts.patient, "patient", "the holder of the card");
    match parts.period {
        Some(period) => {
            resource["servicedPeriod"] = json!({ "start": period.from, "end": period.until });
        }
        None => resource["servicedDate"] = json!(now.day()),
    }
    resource["created"] = json!(now);
    if parts.provider {
        resource["provider"] = json!({ "reference": "#provider" });
    }
    resource["insurer"] = reference(parts.insurer, "insurer", "the insurer is not known yet");
    if parts.coverage {
        resource["insurance"] = json!([{ "coverage": { "reference": "#coverage" } }]);
    }
    resource
}

impl Parts {
    fn code<T: serde::Serialize>(&mut self, name: &str, value: &T) {
        self.extensions.push(simple(name, Kind::Code, word(value)));
    }

    fn text(&mut self, name: &str, value: &str) {
        self.extensions.push(simple(name, Kind::Text, value));
    }

    fn bytes(&mut self, name: &str, bytes: &Bytes) {
        self.extensions.push(json!({
            "url": format!("{EXTENSION}{name}"),
            "valueBase64Binary": STANDARD.encode(&bytes.0),
        }));
    }

    fn site(&mut self, site: &Site) {
        self.provider = true;
        self.contained.push(json!({
            "resourceType": "Organization",
            "id": "provider",
            "identifier": [{ "system": INSTITUTION, "value": site.institution }],
        }));
        self.extensions.push(SITE.write(site));
    }

    fn key(&mut self, key: &NumberKey) {
        self.patient = true;
        self.coverage = true;
        self.insurer = true;
        self.contained.push(patient::write(&Known {
            name: None,
            kana: None,
            birth_date: Some(key.birth_date),
            sex: None,
            address: None,
            postcode: None,
        }));
        self.contained
            .push(coverage::write_numbers(&Numbers::of_key(key)));
        self.contained.push(coverage::insurer(&key.insurer, ""));
    }

    fn medical(&mut self, key: &NumberKey, kind: MedicalKind, care: Care, site: &Site) {
        self.code("medical-kind", &kind);
        self.code("care", &care);
        self.site(site);
        self.key(key);
    }

    fn fill(&mut self, inquiry: &Inquiry) {
        match inquiry {
            Inquiry::Authenticate {
                certificate,
                challenge,
                signature,
                site,
                care,
            } => {
                self.bytes("certificate", certificate);
                self.bytes("challenge", challenge);
                self.bytes("signature", signature);
                self.code("care", care);
                self.site(site);
            }
            Inquiry::Register { token } | Inquiry::Limit { token } => self.text("token", token),
            Inquiry::Confirm {
                token,
                consents,
                emergency,
            } => {
                self.text("token", token);
                self.extensions
                    .extend(consents.iter().map(|consent| CONSENT.write(consent)));
                if let Some(emergency) = emergency {
                    self.code("emergency-consent", emergency);
                }
            }
            Inquiry::Number {
                key,
                limit_consent,
                disaster,
                site,
            } => {
                self.extensions
                    .push(simple("limit-consent", Kind::Boolean, *limit_consent));
                if let Some(disaster) = disaster {
                    self.code("disaster-consent", disaster);
                }
                self.site(site);
                self.key(key);
            }
            Inquiry::Person { .. } => self.person(inquiry),
            Inquiry::Medical {
                key,
                kind,
                period,
                care,
                site,
            } => {
                self.period = *period;
                self.medical(key, *kind, *care, site);
            }
            Inquiry::Portal { person } => self.text("person", person),
        }
    }

    fn person(&mut self, inquiry: &Inquiry) {
        let Inquiry::Person {
            name,
            birth_date,
            sex,
            address,
            insurer,
            reason,
            consent,
            site,
        } = inquiry
        else {
            return;
        };
        self.code("search-reason", reason);
        if let Some(consent) = consent {
            self.code("disaster-consent", consent);
        }
        self.site(site);
        self.patient = true;
        self.contained.push(patient::write(&Known {
            name: Some(name),
            kana: None,
            birth_date: Some(*birth_date),
            sex: Some(*sex),
            address: address.as_deref(),
            postcode: None,
        }));
        if let Some(insurer) = insurer {
            self.insurer = true;
            self.contained.push(coverage::insurer(insurer, ""));
        }
    }
}
