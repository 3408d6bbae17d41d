//! The names of the files: which message it is, and how a result pairs with its request
//! (eligibility.md §1.2, §1.3).

use crate::eligibility::Moment;

/// The message that a file carries, by the start of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `OQSsiquc01`: eligibility of one person.
    Single,
    /// `OQSmuquc01`: eligibility of many, handed in.
    Bulk,
    /// `OQSmuquc02`: its result, fetched.
    BulkResult,
    /// `OQSsiimm01`: one reference number is registered.
    Register,
    /// `OQSmuimm01`: many are, handed in.
    RegisterBulk,
    /// `OQSmuimm02`: its result, fetched.
    RegisterBulkResult,
    /// `YZKsiquc01`: drugs, or drugs and diagnoses.
    Drug,
    /// `TKKsiquc01`: check-ups.
    Checkup,
    /// `OQSmuhvq01`: who agreed to home visits, handed in.
    HomeVisit,
    /// `OQSmuhvq02`: its result, fetched.
    HomeVisitResult,
    /// `OQSmuonq01`: who agreed to online care, handed in.
    Online,
    /// `OQSmuonq02`: its result, fetched.
    OnlineResult,
    /// `OQSmutic01`: the tickets of a month, handed in.
    Tickets,
    /// `OQSmutic02`: its result, fetched.
    TicketsResult,
}

/// Every kind with the start of its name.
pub const KINDS: &[(Kind, &str)] = &[
    (Kind::Single, "OQSsiquc01"),
    (Kind::Bulk, "OQSmuquc01"),
    (Kind::BulkResult, "OQSmuquc02"),
    (Kind::Register, "OQSsiimm01"),
    (Kind::RegisterBulk, "OQSmuimm01"),
    (Kind::RegisterBulkResult, "OQSmuimm02"),
    (Kind::Drug, "YZKsiquc01"),
    (Kind::Checkup, "TKKsiquc01"),
    (Kind::HomeVisit, "OQSmuhvq01"),
    (Kind::HomeVisitResult, "OQSmuhvq02"),
    (Kind::Online, "OQSmuonq01"),
    (Kind::OnlineResult, "OQSmuonq02"),
    (Kind::Tickets, "OQSmutic01"),
    (Kind::TicketsResult, "OQSmutic02"),
];

impl Kind {
    /// Returns the start of the name, without `req` or `res`.
    pub fn prefix(self) -> &'static str {
        KINDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, prefix)| prefix)
    }

    /// Returns what was handed in before, for a message that fetches a result.
    pub fn fetches(self) -> Option<Kind> {
        match self {
            Kind::BulkResult => Some(Kind::Bulk),
            Kind::RegisterBulkResult => Some(Kind::RegisterBulk),
            Kind::HomeVisitResult => Some(Kind::HomeVisit),
            Kind::OnlineResult => Some(Kind::Online),
            Kind::TicketsResult => Some(Kind::Tickets),
            _ => None,
        }
    }
}

/// Longest name that is accepted, in bytes: what file systems hold.
const NAME_MAX: usize = 255;

/// A request's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestName {
    /// The message.
    pub kind: Kind,
    /// What follows `req_`, without the extension: free text of whoever asks.
    pub suffix: String,
}

impl RequestName {
    /// Makes the name of a request.
    pub fn new(kind: Kind, suffix: impl Into<String>) -> RequestName {
        RequestName {
            kind,
            suffix: suffix.into(),
        }
    }

    /// Reads a file's name; nothing where it is no request's, or could lead out of the folder.
    pub fn parse(name: &str) -> Option<RequestName> {
        let safe = name.len() <= NAME_MAX
            && !name.contains(['/', '\\', ':'])
            && !name.chars().any(char::is_control);
        let stem = name.strip_suffix(".xml").filter(|_| safe)?;
        KINDS.iter().find_map(|(kind, prefix)| {
            let suffix = stem.strip_prefix(prefix)?.strip_prefix("req_")?;
            (!suffix.is_empty()).then(|| RequestName::new(*kind, suffix))
        })
    }

    /// Returns the name of the request's file.
    pub fn request(&self) -> String {
        format!("{}req_{}.xml", self.kind.prefix(), self.suffix)
    }

    /// Returns the name of the result's file.
    pub fn result(&self) -> String {
        format!("{}res_{}.xml", self.kind.prefix(), self.suffix)
    }
}

/// Returns the name of a card use's result: an opaque token, and the time (yyyyMMddHHmmss).
pub fn face(token: &str, at: Moment) -> String {
    format!(
        "OQSsiquc01res_face_{token}_{}.xml",
        super::field::date_time(at)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_pair_with_requests_by_name() {
        for (request, result) in [
            (
                "OQSsiquc01req_2021081611906.xml",
                "OQSsiquc01res_2021081611906.xml",
            ),
            (
                "OQSmuquc02req_202609290001.xml",
                "OQSmuquc02res_202609290001.xml",
            ),
            (
                "YZKsiquc01req_12260929_req_7.xml",
                "YZKsiquc01res_12260929_req_7.xml",
            ),
            ("OQSmutic01req_山田.xml", "OQSmutic01res_山田.xml"),
        ] {
            let name = RequestName::parse(request).unwrap();
            assert_eq!(
                (name.request(), name.result()),
                (request.to_owned(), result.to_owned())
            );
        }
    }

    #[test]
    fn other_names_and_those_that_climb_are_none() {
        for name in [
            "OQSsiquc01res_1.xml",
            "OQSsiquc01req_1.pdf",
            "OQSsiquc01req_.xml",
            "OQSsiquc03req_1.xml",
            "OQSsiquc01req_../../1.xml",
            "OQSsiquc01req_..\\1.xml",
            "OQSsiquc01req_a\nb.xml",
            ".OQSsiquc01req_1.xml",
            "OQSsiquc01req_1.xml.tmp",
        ] {
            assert_eq!(RequestName::parse(name), None, "{name:?}");
        }
        assert_eq!(
            RequestName::parse(&format!("OQSsiquc01req_{}.xml", "a".repeat(250))),
            None
        );
    }

    #[test]
    fn a_card_use_is_named_as_agents_look_for_it() {
        // \AOQSsiquc01res_face_.+_(\d{14})\.xml\z, a public agent's pattern.
        let at = "2025-12-20T09:15:04+09:00".parse().unwrap();
        assert_eq!(
            face("ArnHCeDfNjMCFzg", at),
            "OQSsiquc01res_face_ArnHCeDfNjMCFzg_20251220091504.xml"
        );
    }
}
