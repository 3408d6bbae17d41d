//! Answer → `CoverageEligibilityResponse`, Bundle or `OperationOutcome`.

use serde_json::{Value, json};

use super::form::{
    CONSENT, CONSENT_STATE, Kind, LIMIT, SPECIFIC_DISEASE, TICKET, put, simple, word,
};
use super::outcome::{self, simulation};
use super::system::{BENEFIT, LIMIT_CLASS};
use super::{coverage, medical, patient};
use crate::eligibility::{
    Answer, Authenticated, Eligibility, Limit, LimitAnswer, Moment, PortalView, Validity,
};

/// Returns the resource that answers so at `now`: an `OperationOutcome` for a refusal, a collection
/// Bundle for medical information, else a `CoverageEligibilityResponse`.
///
/// `request` is a reference to what was asked, such as `CoverageEligibilityRequest/7`. The answer
/// to `$submit` is sent with HTTP status 200, refusals too: the question was dealt with.
pub fn response(answer: &Answer, request: Option<&str>, now: Moment) -> Value {
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
pub fn queued(request: &str, now: Moment) -> Value {
    let page = Page {
        request: Some(request),
        now,
    };
    page.write("queued", "queued", Parts::default())
}

/// What every response has.
#[derive(Clone, Copy)]
struct Page<'a> {
    request: Option<&'a str>,
    now: Moment,
}

/// What a response has by its kind.
#[derive(Default)]
struct Parts {
    contained: Vec<Value>,
    extensions: Vec<Value>,
    patient: bool,
    insurer: bool,
    disposition: Option<String>,
    insurance: Vec<Value>,
}

impl Page<'_> {
    fn write(self, kind: &str, outcome: &str, parts: Parts) -> Value {
        let reference = |known: bool, name: &str| {
            if known {
                json!({ "reference": format!("#{name}") })
            } else {
                json!({ "display": format!("SIMULATION: the {name} is not stated") })
            }
        };
        let mut extensions = parts.extensions;
        if outcome == "complete" && kind != "eligibility" {
            extensions.insert(0, simple("answer", Kind::Code, kind));
        }
        let mut resource = json!({
            "resourceType": "CoverageEligibilityResponse",
            "meta": simulation(),
        });
        put(&mut resource, "contained", Value::Array(parts.contained));
        put(&mut resource, "extension", Value::Array(extensions));
        resource["status"] = json!("active");
        resource["purpose"] = json!(["validation"]);
        resource["patient"] = reference(parts.patient, "patient");
        resource["servicedDate"] = json!(self.now.day());
        resource["created"] = json!(self.now);
        resource["request"] = match self.request {
            Some(request) => json!({ "reference": request }),
            None => json!({ "display": "SIMULATION: the request that this answers" }),
        };
        resource["outcome"] = json!(outcome);
        put(&mut resource, "disposition", json!(parts.disposition));
        resource["insurer"] = reference(parts.insurer, "insurer");
        put(&mut resource, "insurance", Value::Array(parts.insurance));
        resource
    }

    fn authenticated(self, authenticated: &Authenticated) -> Value {
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

    fn portal(self, portal: &PortalView) -> Value {
        let shown = portal.shown.iter();
        let parts = Parts {
            extensions: shown
                .map(|section| simple("portal-section", Kind::Code, word(section)))
                .collect(),
            ..Parts::default()
        };
        self.write("portal", "complete", parts)
    }

    fn limit(self, answer: &LimitAnswer) -> Value {
        let insurance = answer.limit.iter().map(|limit| {
            json!({
                "coverage": { "display": "SIMULATION: the coverage of this session" },
                "item": [item(limit)],
            })
        });
        let parts = Parts {
            insurance: insurance.collect(),
            ..Parts::default()
        };
        self.write("limit", "complete", parts)
    }

    fn eligibility(self, eligibility: &Eligibility) -> Value {
        let mut parts = Parts {
            disposition: eligibility.side_information.clone(),
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
        let mut insurance = json!({
            "coverage": { "display": "SIMULATION: the coverage is not stated" },
        });
        if let Some(qualification) = &eligibility.qualification {
            let mut written = coverage::write(qualification);
            if !parts.patient {
                let says = "SIMULATION: the patient is not stated";
                written[0]["beneficiary"] = json!({ "display": says });
            }
            parts.contained.extend(written);
            parts.insurer = true;
            insurance["coverage"] = json!({ "reference": "#coverage" });
        }
        match eligibility.validity {
            Validity::Valid | Validity::ValidUnregistered => insurance["inforce"] = json!(true),
            Validity::Invalid | Validity::InvalidNewerExists => insurance["inforce"] = json!(false),
            Validity::None | Validity::Several => {}
        }
        if let Some(qualification) = &eligibility.qualification {
            insurance["benefitPeriod"] = json!({ "start": qualification.from });
            if let Some(until) = qualification.until {
                insurance["benefitPeriod"]["end"] = json!(until);
            }
        }
        if let Some(limit) = &eligibility.limit {
            insurance["item"] = json!([item(limit)]);
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
fn item(limit: &Limit) -> Value {
    json!({
        "extension": [LIMIT.write(limit)],
        "category": { "coding": [{ "system": BENEFIT, "code": "limit" }], "text": "限度額" },
        "benefit": [{
            "type": { "coding": [{ "system": LIMIT_CLASS, "code": limit.class }] },
        }],
    })
}
