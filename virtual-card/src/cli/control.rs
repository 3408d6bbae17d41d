//! The orders that `--control` takes, as text. Carrying them out is the business of `present`.

use virtual_card::fault::Fault;

/// An order for the card in a slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Insert,
    Remove,
    Swap(String),
    PowerCycle,
    Reset,
    Fault(Vec<Fault>),
    NoFaults,
    Status,
    Quit,
}

/// What a line may be, for errors.
const EXPECTED: &str = "expected [0|1] insert, remove, swap CARD, power-cycle, reset, fault YAML, \
                        no-faults, status or quit";

/// Reads a line: the slot, if it names one, and the order.
pub(super) fn parse(line: &str) -> Result<(Option<u16>, Order), String> {
    let line = line.trim();
    let (slot, rest) = match line.split_once(char::is_whitespace) {
        Some(("0", rest)) => (Some(0), rest.trim()),
        Some(("1", rest)) => (Some(1), rest.trim()),
        _ => (None, line),
    };
    let (word, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let argument = argument.trim();
    let order = match (word, argument) {
        ("insert", "") => Order::Insert,
        ("remove", "") => Order::Remove,
        ("swap", card) if !card.is_empty() => Order::Swap(card.to_owned()),
        ("power-cycle", "") => Order::PowerCycle,
        ("reset", "") => Order::Reset,
        ("fault", yaml) if !yaml.is_empty() => {
            Order::Fault(Fault::parse_list(yaml, "fault").map_err(|error| error.to_string())?)
        }
        ("no-faults", "") => Order::NoFaults,
        ("status", "") => Order::Status,
        ("quit", "") => Order::Quit,
        _ => return Err(format!("no order; {EXPECTED}")),
    };
    Ok((slot, order))
}

/// Puts a text on one line, without what could steer a terminal.
pub(super) fn one_line(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            line.chars()
                .map(|character| match character {
                    control if control.is_control() => char::REPLACEMENT_CHARACTER,
                    other => other,
                })
                .collect::<String>()
        })
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" / ")
}

#[cfg(test)]
mod tests {
    use virtual_card::fault::Kind;

    use super::*;

    #[test]
    fn orders_are_read_with_and_without_a_slot() {
        assert_eq!(parse(" remove \r\n"), Ok((None, Order::Remove)));
        assert_eq!(parse("1  insert"), Ok((Some(1), Order::Insert)));
        let swap = Order::Swap("elder-80".to_owned());
        assert_eq!(parse("0 swap elder-80"), Ok((Some(0), swap)));
        let fault = Order::Fault(vec![Fault::new(Kind::Mute)]);
        assert_eq!(parse("fault { what: mute }"), Ok((None, fault)));
    }

    #[test]
    fn what_is_no_order_is_told_the_words() {
        for line in [
            "",
            "eject",
            "remove it",
            "swap",
            "2 remove",
            "fault",
            "\u{1b}[2J",
        ] {
            let error = parse(line).unwrap_err();
            assert!(
                error.contains("power-cycle") && !error.contains('\u{1b}'),
                "{error}"
            );
        }
        let error = one_line(&parse("fault { what: gone }").unwrap_err());
        assert!(
            error.contains("removed") && !error.contains('\n'),
            "{error}"
        );
    }
}
