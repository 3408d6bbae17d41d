//! Inquiry → `CoverageEligibilityRequest`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::coverage::{self, Written};
use super::form::{CONSENT, Kind, SITE, simple};
use super::outcome::simulation;
use super::patient::{self, Known};
use super::system::{EXTENSION, INSTITUTION};
use super::tree::{Members as _, Value, array, object, word};
use crate::eligibility::{
    Bytes, Care, Inquiry, InquiryKind, MedicalKind, Moment, NumberKey, Period, Site,
};

/// The parts of a request that depend on the inquiry.
#[derive(Default)]
struct Parts<'a> {
    contained: Vec<Value<'a>>,
    extensions: Vec<Value<'a>>,
    patient: bool,
    insurer: bool,
    coverage: bool,
    provider: bool,
    period: Option<Period>,
}

/// Returns the `CoverageEligibilityRequest` that asks this at `now`.
pub fn request(inquiry: &Inquiry, now: Moment) -> serde_json::Value {
    request_tree(inquiry, now).into()
}

/// As [`request`], with the texts of the inquiry borrowed.
pub fn request_tree(inquiry: &Inquiry, now: Moment) -> Value<'_> {
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
            object! { "reference": format!("#{name}") }
        } else {
            object! { "display": format!("SIMULATION: {else_says}") }
        }
    };
    let purpose = if benefits {
        array!["validation", "benefits"]
    } else {
        array!["validation"]
    };
    let mut resource =
        object! { "resourceType": "CoverageEligibilityRequest", "meta": simulation() };
    resource.put("contained", parts.contained);
    resource.put("extension", parts.extensions);
    resource.set("status", "active");
    resource.set("purpose", purpose);
    let patient = reference(parts.patient, "patient", "the holder of the card");
    resource.set("patient", patient);
    match parts.period {
        Some(period) => {
            let (from, until) = (period.from.to_string(), period.until.to_string());
            resource.set("servicedPeriod", object! { "start": from, "end": until });
        }
        None => resource.set("servicedDate", now.day().to_string()),
    }
    resource.set("created", now.to_string());
    if parts.provider {
        resource.set("provider", object! { "reference": "#provider" });
    }
    let insurer = reference(parts.insurer, "insurer", "the insurer is not known yet");
    resource.set("insurer", insurer);
    if parts.coverage {
        let coverage = object! { "reference": "#coverage" };
        resource.set("insurance", array![object! { "coverage": coverage }]);
    }
    resource
}

impl<'a> Parts<'a> {
    fn code<T: serde::Serialize>(&mut self, name: &str, value: &T) {
        self.extensions.push(simple(name, Kind::Code, word(value)));
    }

    fn text(&mut self, name: &str, value: &'a str) {
        self.extensions.push(simple(name, Kind::Text, value));
    }

    fn bytes(&mut self, name: &str, bytes: &Bytes) {
        self.extensions.push(object! {
            "url": format!("{EXTENSION}{name}"),
            "valueBase64Binary": STANDARD.encode(&bytes.0),
        });
    }

    fn site(&mut self, site: &'a Site) {
        self.provider = true;
        let institution = site.institution.as_str();
        let identifier = object! { "system": INSTITUTION, "value": institution };
        self.contained.push(object! {
            "resourceType": "Organization",
            "id": "provider",
            "identifier": array![identifier],
        });
        self.extensions.push(SITE.write(site));
    }

    fn key(&mut self, key: &'a NumberKey) {
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
            .push(coverage::write_numbers(Written::of_key(key)));
        self.contained.push(coverage::insurer(&key.insurer, ""));
    }

    fn medical(&mut self, key: &'a NumberKey, kind: MedicalKind, care: Care, site: &'a Site) {
        self.code("medical-kind", &kind);
        self.code("care", &care);
        self.site(site);
        self.key(key);
    }

    fn fill(&mut self, inquiry: &'a Inquiry) {
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

    fn person(&mut self, inquiry: &'a Inquiry) {
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
