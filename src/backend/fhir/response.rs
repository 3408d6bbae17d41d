//! Answer → `CoverageEligibilityResponse`, Bundle or `OperationOutcome`.

use super::form::{CONSENT, CONSENT_STATE, Kind, LIMIT, SPECIFIC_DISEASE, TICKET, simple};
use super::outcome::{self, simulation};
use super::system::{BENEFIT, LIMIT_CLASS};
use super::tree::{Members as _, Value, array, object, word};
use super::{coverage, medical, patient};
use crate::eligibility::{
    Answer, Authenticated, Eligibility, Limit, LimitAnswer, Moment, PortalView, Validity,
};

/// Returns the resource that answers so at `now`: an `OperationOutcome` for a refusal, a collection
/// Bundle for medical information, else a `CoverageEligibilityResponse`.
///
/// `request` is a reference to what was asked, such as `CoverageEligibilityRequest/7`. The answer
/// to `$submit` is sent with HTTP status 200, refusals too: the question was dealt with.
pub fn response(answer: &Answer, request: Option<&str>, now: Moment) -> serde_json::Value {
    response_tree(answer, request, now).into()
}

/// As [`response`], with the texts of the answer borrowed.
pub fn response_tree<'a>(answer: &'a Answer, request: Option<&'a str>, now: Moment) -> Value<'a> {
    let page = Page { request, now };
    match answer {
        Answer::Refused(refusal) => outcome::write(refusal),
        Answer::Medical(medical) => medical::write(medical, now),
        Answer::Authenticated(authenticated) => page.authenticated(authenticated),
        Answer::Registered => page.write("registered", "complete", Parts::default()),
        Answer::Portal(portal) => page.portal(portal),
        Answer::Limit(limit) => page.limit(limit),
        Answer::Eligibility(eligibility) => page.eligibility(eligibility),
    }
}

/// Returns the `CoverageEligibilityResponse` that says: not decided yet, ask again.
pub fn queued(request: &str, now: Moment) -> serde_json::Value {
    let page = Page {
        request: Some(request),
        now,
    };
    page.write("queued", "queued", Parts::default()).into()
}

/// What every response has.
#[derive(Clone, Copy)]
struct Page<'a> {
    request: Option<&'a str>,
    now: Moment,
}

/// What a response has by its kind.
#[derive(Default)]
struct Parts<'a> {
    contained: Vec<Value<'a>>,
    extensions: Vec<Value<'a>>,
    patient: bool,
    insurer: bool,
    disposition: &'a str,
    insurance: Vec<Value<'a>>,
}

impl<'a> Page<'a> {
    fn write(self, kind: &'a str, outcome: &'a str, parts: Parts<'a>) -> Value<'a> {
        let reference = |known: bool, name: &str| {
            if known {
                object! { "reference": format!("#{name}") }
            } else {
                object! { "display": format!("SIMULATION: the {name} is not stated") }
            }
        };
        let mut extensions = parts.extensions;
        if outcome == "complete" && kind != "eligibility" {
            extensions.insert(0, simple("answer", Kind::Code, kind));
        }
        let request = match self.request {
            Some(request) => object! { "reference": request },
            None => object! { "display": "SIMULATION: the request that this answers" },
        };
        let mut resource = object! {
            "resourceType": "CoverageEligibilityResponse",
            "meta": simulation(),
        };
        resource.put("contained", parts.contained);
        resource.put("extension", extensions);
        resource.set("status", "active");
        resource.set("purpose", array!["validation"]);
        resource.set("patient", reference(parts.patient, "patient"));
        resource.set("servicedDate", self.now.day().to_string());
        resource.set("created", self.now.to_string());
        resource.set("request", request);
        resource.set("outcome", outcome);
        resource.put("disposition", parts.disposition);
        resource.set("insurer", reference(parts.insurer, "insurer"));
        resource.put("insurance", parts.insurance);
        resource
    }

    fn authenticated(self, authenticated: &'a Authenticated) -> Value<'a> {
        let mut extensions = vec![
            simple("token", Kind::Text, authenticated.token.as_str()),
            simple("registered", Kind::Boolean, authenticated.registered),
        ];
        if let Some(phase) = authenticated.phase {
            extensions.push(simple("certificate-phase", Kind::Code, word(&phase)));
        }
        extensions.extend(
            authenticated
                .earlier
                .iter()
                .map(|consent| CONSENT.write(consent)),
        );
        let parts = Parts {
            extensions,
            ..Parts::default()
        };
        self.write("authenticated", "complete", parts)
    }

    fn portal(self, portal: &PortalView) -> Value<'a> {
        let shown = portal.shown.iter();
        let parts = Parts {
            extensions: shown
                .map(|section| simple("portal-section", Kind::Code, word(section)))
                .collect(),
            ..Parts::default()
        };
        self.write("portal", "complete", parts)
    }

    fn limit(self, answer: &'a LimitAnswer) -> Value<'a> {
        let insurance = answer.limit.iter().map(|limit| {
            object! {
                "coverage": object! { "display": "SIMULATION: the coverage of this session" },
                "item": array![item(limit)],
            }
        });
        let parts = Parts {
            insurance: insurance.collect(),
            ..Parts::default()
        };
        self.write("limit", "complete", parts)
    }

    fn eligibility(self, eligibility: &'a Eligibility) -> Value<'a> {
        let mut parts = Parts {
            disposition: eligibility.side_information.as_deref().unwrap_or_default(),
            ..Parts::default()
        };
        if let Some(person) = &eligibility.person {
            parts.patient = true;
            parts.contained.push(patient::write_person(person));
        }
        parts
            .extensions
            .push(simple("validity", Kind::Code, word(&eligibility.validity)));
        let consents = eligibility.consents.iter();
        parts
            .extensions
            .extend(consents.map(|it| CONSENT_STATE.write(it)));
        let diseases = eligibility.specific_diseases.iter();
        parts
            .extensions
            .extend(diseases.map(|it| SPECIFIC_DISEASE.write(it)));
        let tickets = eligibility.tickets.iter();
        parts.extensions.extend(tickets.map(|it| TICKET.write(it)));
        let mut insurance = object! {
            "coverage": object! { "display": "SIMULATION: the coverage is not stated" },
        };
        if let Some(qualification) = &eligibility.qualification {
            let [mut coverage, insurer] = coverage::write(qualification);
            if !parts.patient {
                let says = "SIMULATION: the patient is not stated";
                coverage.set("beneficiary", object! { "display": says });
            }
            parts.contained.extend([coverage, insurer]);
            parts.insurer = true;
            insurance.set("coverage", object! { "reference": "#coverage" });
        }
        match eligibility.validity {
            Validity::Valid | Validity::ValidUnregistered => insurance.set("inforce", true),
            Validity::Invalid | Validity::InvalidNewerExists => insurance.set("inforce", false),
            Validity::None | Validity::Several => {}
        }
        if let Some(qualification) = &eligibility.qualification {
            insurance.set("benefitPeriod", coverage::write_period(qualification));
        }
        if let Some(limit) = &eligibility.limit {
            insurance.set("item", array![item(limit)]);
        }
        let nobody = eligibility.validity == Validity::None
            && eligibility.qualification.is_none()
            && eligibility.limit.is_none();
        if !nobody {
            parts.insurance.push(insurance);
        }
        self.write("eligibility", "complete", parts)
    }
}

/// Returns a limit as an item: its class as a benefit, the rest as our extension.
fn item(limit: &Limit) -> Value<'_> {
    let category = object! { "system": BENEFIT, "code": "limit" };
    let class = object! { "system": LIMIT_CLASS, "code": limit.class.as_str() };
    object! {
        "extension": array![LIMIT.write(limit)],
        "category": object! { "coding": array![category], "text": "限度額" },
        "benefit": array![object! { "type": object! { "coding": array![class] } }],
    }
}
