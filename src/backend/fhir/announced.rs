//! What a server says that it has: `CapabilityStatement`.

use super::look::resource_type;
use super::outcome::simulation;
use super::system::GUIDE;
use super::tree::{Members as _, Value, array, borrowed, object};
use crate::eligibility::{InquiryKind, Moment, Text};

/// What a server announces beyond plain FHIR. A convention of this harness: each is a name in
/// `CapabilityStatement.implementationGuide`. A number inquiry needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Announced {
    /// Inquiries by card: `Authenticate`, `Register`, `Confirm`, `Limit`.
    pub card: bool,
    /// Medical information.
    pub medical: bool,
    /// Inquiries by name.
    pub person: bool,
    /// What マイナポータル shows.
    pub portal: bool,
    /// The control interface: worlds can be arranged.
    pub control: bool,
}

impl Announced {
    /// Everything.
    pub const ALL: Announced = Announced {
        card: true,
        medical: true,
        person: true,
        portal: true,
        control: true,
    };

    fn named(&self) -> [(bool, &'static str); 5] {
        [
            (self.card, "card"),
            (self.medical, "medical"),
            (self.person, "person"),
            (self.portal, "portal"),
            (self.control, "control"),
        ]
    }

    /// Returns the `CapabilityStatement` that says so, for `GET [base]/metadata`.
    pub fn statement(&self, date: Moment) -> serde_json::Value {
        let guides: Vec<Value<'_>> = self
            .named()
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, name)| Value::from(format!("{GUIDE}{name}")))
            .collect();
        let mut statement = object! {
            "resourceType": "CapabilityStatement",
            "meta": simulation(),
            "status": "active",
            "experimental": true,
            "date": date.to_string(),
            "kind": "instance",
            "software": object! { "name": "uketsuke", "version": env!("CARGO_PKG_VERSION") },
            "implementation": object! {
                "description": "SIMULATION: fictitious people, no official data",
            },
            "fhirVersion": "4.0.1",
            "format": array!["application/fhir+json"],
        };
        statement.put("implementationGuide", guides);
        let rest = object! {
            "mode": "server",
            "resource": array![
                object! {
                    "type": "CoverageEligibilityRequest",
                    "interaction": array![object! { "code": "create" }, object! { "code": "read" }],
                    "operation": array![object! {
                        "name": "submit",
                        "definition":
                            "http://hl7.org/fhir/OperationDefinition/CoverageEligibilityRequest-submit",
                    }],
                },
                object! {
                    "type": "CoverageEligibilityResponse",
                    "interaction": array![object! { "code": "read" }, object! { "code": "search-type" }],
                    "searchParam": array![object! { "name": "request", "type": "reference" }],
                },
            ],
        };
        statement.set("rest", array![rest]);
        statement.into()
    }

    /// Reads what a `CapabilityStatement` announces; anything else announces nothing.
    pub fn read(statement: &serde_json::Value) -> Announced {
        let statement = &borrowed(statement);
        let guides = statement
            .at("implementationGuide")
            .and_then(Value::as_array);
        let has = |name: &str| {
            resource_type(statement) == "CapabilityStatement"
                && guides.is_some_and(|guides| {
                    guides
                        .iter()
                        .filter_map(|guide| guide.as_str()?.strip_prefix(GUIDE))
                        // A canonical may name a version after `|`.
                        .any(|rest| rest.split('|').next() == Some(name))
                })
        };
        Announced {
            card: has("card"),
            medical: has("medical"),
            person: has("person"),
            portal: has("portal"),
            control: has("control"),
        }
    }

    /// Tells whether a server that announces this carries such an inquiry.
    ///
    /// # Errors
    ///
    /// The reason why not.
    pub fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        let (has, name, ja, en) = match kind {
            InquiryKind::Number => return Ok(()),
            InquiryKind::Authenticate
            | InquiryKind::Register
            | InquiryKind::Confirm
            | InquiryKind::Limit => (self.card, "card", "カードによる照会", "inquiries by card"),
            InquiryKind::Medical => (
                self.medical,
                "medical",
                "診療・薬剤情報等の照会",
                "inquiries for medical information",
            ),
            InquiryKind::Person => (
                self.person,
                "person",
                "氏名等による照会",
                "inquiries by name",
            ),
            InquiryKind::Portal => (
                self.portal,
                "portal",
                "マイナポータルの照会",
                "inquiries for what マイナポータル shows",
            ),
        };
        if has {
            return Ok(());
        }
        Err(Text::new(
            format!("FHIR R4に{ja}はなく、このサーバーは拡張{GUIDE}{name}を宣言していない"),
            format!(
                "FHIR R4 has no {en}, and this server does not announce the extension {GUIDE}{name}"
            ),
        ))
    }
}
