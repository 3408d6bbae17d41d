//! One question and its answer through an exchange folder, blocking and bounded.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::code::Segment;
use super::encoding::{Decoded, Encoding, decode};
use super::folder::{self, Look, Missed};
use super::medical::Medical;
use super::name::RequestName;
use super::request::Request;
use super::response::{Body, Response, refusal};
use super::xml::{self, Element, XmlError};
use crate::backend::Outage;
use crate::eligibility::{Answer, MedicalAnswer, MedicalKind, Wire};

/// What is written and waited for.
#[derive(Debug, Clone)]
pub struct Question {
    /// The request.
    pub request: Request,
    /// For medical information: the kind that is meant.
    pub medical: Option<MedicalKind>,
}

/// Asks. The names of the request files come from `names`: one, and more while the answer is in
/// progress (ELIG-12).
///
/// # Errors
///
/// [`Outage`] at the end of `patience` at the latest. The wire is filled as far as it was seen.
pub fn ask(
    place: &Path,
    question: &Question,
    names: &mut dyn FnMut() -> RequestName,
    patience: Duration,
    wire: &mut Wire,
) -> Result<Answer, Outage> {
    let deadline = Instant::now() + patience;
    loop {
        let name = names();
        let came = once(place, &name, question, deadline, wire);
        let (decoded, root) = came.map_err(|missed| missed.outage(patience))?;
        seen(wire, &name, &decoded, &root, question);
        let response = Response::read(name.kind, &root)
            .map_err(|error| Outage::Malformed(error.to_string()))?;
        if response.header.segment == Some(Segment::InProgress) {
            if Instant::now() >= deadline {
                return Err(Missed::Nothing.outage(patience));
            }
            continue;
        }
        return answer(response, question, wire);
    }
}

fn once(
    place: &Path,
    name: &RequestName,
    question: &Question,
    deadline: Instant,
    wire: &mut Wire,
) -> Result<(Decoded, Element), Missed> {
    let bytes = question.request.write(name.kind, Encoding::Utf8);
    let (req, res) = (place.join("req"), place.join("res"));
    *wire = Wire {
        protocol: "oqs".to_owned(),
        request: name.request(),
        ..Wire::default()
    };
    folder::write_whole(&req, &name.request(), &bytes).map_err(|error| {
        Missed::Folder(format!("the request cannot be written: {}", error.kind()))
    })?;
    let taken = folder::take(&res, &name.result(), deadline, whole);
    if let Err(missed) = &taken {
        // Nobody waits for its answer any more. Whoever took it has removed it already.
        let _ = fs::remove_file(req.join(name.request()));
        if *missed == Missed::Taken {
            wire.response = Some(format!("{} (taken by another)", name.result()));
            tracing::warn!("{} was taken by another consumer", name.result());
        }
    }
    taken
}

/// Tells whether an answer is whole: it decodes, and its root element ends.
fn whole(bytes: &[u8]) -> Look<(Decoded, Element)> {
    // The last character may still be missing its second half.
    let decoded = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(error) => return Look::NotYet(error.to_string()),
    };
    match xml::parse(&decoded.text) {
        Ok(root) => Look::Whole((decoded, root)),
        Err(error @ XmlError::Unfinished) => Look::NotYet(error.to_string()),
        Err(error) => Look::Broken(error.to_string()),
    }
}

/// Writes down how the answer looked (ELIG-11, ELIG-12).
fn seen(wire: &mut Wire, name: &RequestName, decoded: &Decoded, root: &Element, asked: &Question) {
    let header = root.child("MessageHeader");
    let field = |name: &str| header.and_then(|header| header.get(name));
    wire.response = Some(name.result());
    wire.paired = Some(true);
    wire.echoed = asked
        .request
        .identifier
        .as_deref()
        .map(|sent| field("ArbitraryFileIdentifier") == Some(sent));
    wire.declared_encodings.extend(decoded.declared.clone());
    wire.declared_encodings
        .extend(field("CharacterCodeIdentifier").map(|code| {
            Encoding::from_code(code).map_or_else(
                || format!("CharacterCodeIdentifier {code}"),
                |encoding| encoding.label().to_owned(),
            )
        }));
    wire.actual_encoding = decoded.actual.map(|encoding| encoding.label().to_owned());
    wire.normal = field("SegmentOfResult").map(|segment| segment == "1");
    wire.error_code = field("ErrorCode").map(str::to_owned);
    wire.error_message = field("ErrorMessage").map(str::to_owned);
}

fn answer(response: Response, question: &Question, wire: &mut Wire) -> Result<Answer, Outage> {
    let header = response.header;
    let refused = match response.body {
        Body::Single(unit) => match unit.result {
            Ok(found) => return Ok(Answer::Eligibility(Box::new(found))),
            Err(refused) => refused,
        },
        Body::Medical(medical) => match medical_answer(medical, question.medical, wire)? {
            Ok(found) => return Ok(Answer::Medical(found)),
            Err(refused) => refused,
        },
        Body::Nothing => refusal(
            header.error_code.as_deref(),
            header.error_message.as_deref(),
        ),
        Body::Units(_) | Body::Registered(_) => {
            return Err(Outage::Malformed(
                "the result of another message".to_owned(),
            ));
        }
    };
    // A refusal is an abnormal result of this inquiry, wherever its code stands.
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    wire.normal = Some(false);
    wire.error_code = filled(&refused.code);
    wire.error_message = filled(&refused.message);
    Ok(Answer::Refused(refused))
}

fn medical_answer(
    medical: Medical,
    kind: Option<MedicalKind>,
    wire: &mut Wire,
) -> Result<Result<MedicalAnswer, crate::eligibility::Refusal>, Outage> {
    let Some(kind) = kind else {
        return Err(Outage::Malformed(
            "the result of another message".to_owned(),
        ));
    };
    let mut records = match medical.result {
        Ok(records) => records,
        Err(refused) => return Ok(Err(refused)),
    };
    wire.normal = Some(true);
    records.retain(|record| record.kind == kind);
    if let Some((_, refused)) = medical.withheld.into_iter().find(|(one, _)| *one == kind) {
        return Ok(Err(refused));
    }
    if records.is_empty() && medical.unread {
        return Err(Outage::Down(
            "the result has content in a layout that is not public".to_owned(),
        ));
    }
    records.sort_by(|one, other| other.month.cmp(&one.month));
    Ok(Ok(MedicalAnswer { kind, records }))
}
