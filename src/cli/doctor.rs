//! `uketsuke doctor`: says what this machine has that uketsuke can use, and what to be careful of.
//!
//! It only looks: it opens no connection, for a connection to vpcd would look like a card.

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use super::failure::Failure;
use super::shell::{Shell, emit, locale};
use crate::exit_code::ExitCode;
use crate::report::page::{Cell, Page, Style, width};
use crate::transcript::SIMULATION;
use crate::wording::Language;

/// The port on which vpcd waits for the card of its first slot.
const VPCD_PORT: u16 = 35963;

/// The socket of the PC/SC daemon, unless PCSCLITE_CSOCK_NAME says otherwise.
const PCSCD_SOCKET: &str = "/run/pcscd/pcscd.comm";

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Fine,
    Absent,
    Careful,
}

struct Line {
    health: Health,
    what: &'static str,
    is: String,
}

/// Says what this machine has.
///
/// # Errors
///
/// [`Failure::Output`] where it cannot be written.
pub(super) fn doctor(shell: &Shell) -> Result<ExitCode, Failure> {
    let mut page = shell.page();
    page.push_styled(Style::Faint, SIMULATION);
    page.end_line();
    let mut lines = terminal(&page);
    lines.extend(smartcard(&page));
    lines.push(python(&page, &env("PATH").unwrap_or_default()));
    let rows: Vec<Vec<Cell>> = lines.into_iter().map(|line| row(&page, line)).collect();
    page.table(0, &rows);
    emit(&page.into_string())?;
    Ok(ExitCode::Passed)
}

/// The adapters to backends need nothing of the machine; the example of one is in Python.
fn python(page: &Page, path: &str) -> Line {
    let found = std::env::split_paths(path).any(|folder| folder.join("python3").is_file());
    let (health, is) = if found {
        (
            Health::Fine,
            page.pick(
                "process: の例の照会先を動かせる",
                "the example backend for process: can run",
            ),
        )
    } else {
        (
            Health::Absent,
            page.pick(
                "無い。process: の例の照会先だけに要る",
                "not found; only the example backend for process: needs it",
            ),
        )
    };
    Line {
        health,
        what: "python3",
        is: is.to_owned(),
    }
}

fn row(page: &Page, line: Line) -> Vec<Cell> {
    let (style, word) = match line.health {
        Health::Fine => (Style::Good, page.pick("✓ 良好", "✓ ok")),
        Health::Absent => (Style::Faint, page.pick("- なし", "- no")),
        Health::Careful => (Style::Doubtful, page.pick("! 注意", "! careful")),
    };
    let what = match line.what {
        "locale" => page.pick("ロケール", "locale"),
        "terminal" => page.pick("端末", "terminal"),
        "size" => page.pick("端末の大きさ", "size"),
        "colours" => page.pick("色", "colours"),
        "widths" => page.pick("文字の幅", "widths"),
        name => name,
    };
    vec![
        Cell::styled(style, word),
        Cell::styled(Style::Strong, what),
        line.is.into(),
    ]
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn terminal(page: &Page) -> Vec<Line> {
    let locale = locale(|name| std::env::var(name).ok());
    let utf8 = locale.to_lowercase().replace('-', "").contains("utf8");
    let language = match page.language() {
        Language::Ja => "ja",
        Language::En => "en",
    };
    let locale_is = match utf8 {
        true => format!("{locale} → {language}"),
        false => format!(
            "{locale:?} → {language}: {}",
            page.pick(
                "UTF-8 のロケールでないと日本語が崩れることがある",
                "Japanese may not show unless the locale is a UTF-8 one"
            )
        ),
    };
    let whole = stdin().is_terminal() && stdout().is_terminal();
    let streams = format!(
        "stdin {}, stdout {}, stderr {}",
        tty(page, stdin().is_terminal()),
        tty(page, stdout().is_terminal()),
        tty(page, stderr().is_terminal())
    );
    let term = env("TERM").unwrap_or_default();
    vec![
        Line {
            health: if utf8 { Health::Fine } else { Health::Careful },
            what: "locale",
            is: locale_is,
        },
        Line {
            health: if whole { Health::Fine } else { Health::Absent },
            what: "terminal",
            is: streams,
        },
        size(page, whole),
        colours(page, &term),
        widths(page),
    ]
}

fn tty(page: &Page, is: bool) -> &'static str {
    match (is, page.language()) {
        (true, Language::Ja) => "端末",
        (false, Language::Ja) => "端末でない",
        (true, Language::En) => "terminal",
        (false, Language::En) => "no terminal",
    }
}

fn size(page: &Page, terminal: bool) -> Line {
    let size = crossterm::terminal::size().ok().filter(|_| terminal);
    let (health, is) = match size {
        Some((columns, rows)) if columns >= 80 && rows >= 24 => {
            (Health::Fine, format!("{columns}×{rows}"))
        }
        Some((columns, rows)) => (
            Health::Careful,
            format!(
                "{columns}×{rows}: {}",
                page.pick("80×24 以上が必要", "80×24 or more is wanted")
            ),
        ),
        None => (Health::Absent, page.pick("不明", "unknown").to_owned()),
    };
    Line {
        health,
        what: "size",
        is,
    }
}

fn colours(page: &Page, term: &str) -> Line {
    let colorterm = env("COLORTERM").unwrap_or_default();
    let (health, many) = if env("NO_COLOR").is_some() {
        (
            Health::Absent,
            page.pick("NO_COLOR により無し", "none, as NO_COLOR says"),
        )
    } else if term.is_empty() || term == "dumb" {
        (Health::Absent, page.pick("無し", "none"))
    } else if colorterm == "truecolor" || colorterm == "24bit" {
        (Health::Fine, page.pick("1677万色", "16 million"))
    } else if term.contains("256color") {
        (Health::Fine, page.pick("256色", "256"))
    } else {
        (Health::Fine, page.pick("16色", "16"))
    };
    Line {
        health,
        what: "colours",
        is: format!("{many} (TERM={term:?}, COLORTERM={colorterm:?})"),
    }
}

/// Shows which widths the program counts on.
fn widths(page: &Page) -> Line {
    let samples = ["受付", "ﾀﾞ", "①", "👪"];
    let shown: Vec<String> = samples
        .iter()
        .map(|sample| format!("{sample}={}", width(sample)))
        .collect();
    Line {
        health: Health::Fine,
        what: "widths",
        is: format!(
            "{} {}",
            shown.join(" "),
            page.pick(
                "(端末の表示と異なると枠がずれる)",
                "(frames shift where the terminal shows other widths)"
            )
        ),
    }
}

fn smartcard(page: &Page) -> Vec<Line> {
    let socket = env("PCSCLITE_CSOCK_NAME").unwrap_or_else(|| PCSCD_SOCKET.to_owned());
    let there = Path::new(&socket).exists();
    let pcscd = Line {
        health: if there { Health::Fine } else { Health::Absent },
        what: "pcscd",
        is: match there {
            true => socket,
            false => format!(
                "{socket}: {}",
                page.pick(
                    "ソケットがない",
                    "no such socket; start pcscd to use PC/SC software"
                )
            ),
        },
    };
    vec![pcscd, vpcd(page, &listeners(VPCD_PORT))]
}

fn vpcd(page: &Page, listeners: &[IpAddr]) -> Line {
    let addresses: Vec<String> = listeners.iter().map(IpAddr::to_string).collect();
    let addresses = addresses.join(", ");
    let (health, is) = if listeners.is_empty() {
        let nobody = page.pick(
            "127.0.0.1:35963 で待ち受けるものがない",
            "nothing listens on 127.0.0.1:35963",
        );
        (Health::Absent, nobody.to_owned())
    } else if listeners.iter().all(IpAddr::is_loopback) {
        (Health::Fine, format!("{addresses}, port {VPCD_PORT}"))
    } else {
        let warning = page.pick(
            "すべてのインターフェースで認証なしに待ち受けている。ファイアウォールかネットワーク名前空間で閉じること",
            "listens on all interfaces without authentication; close it off with a firewall or a network namespace",
        );
        (
            Health::Careful,
            format!("{addresses}, port {VPCD_PORT}: {warning}"),
        )
    };
    Line {
        health,
        what: "vpcd",
        is,
    }
}

/// Returns the addresses on which something listens on a port of this machine.
fn listeners(port: u16) -> Vec<IpAddr> {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .flat_map(|table| listening(&table, port))
        .collect()
}

/// Reads the kernel's table of sockets: `sl local_address rem_address st …`, addresses as
/// hexadecimal words in the byte order of the machine, state 0A is LISTEN (Linux proc(5)).
fn listening(table: &str, port: u16) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for line in table.lines().skip(1) {
        let mut fields = line.split_whitespace().skip(1);
        let (Some(local), Some(_), Some("0A")) = (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let Some((address, its_port)) = local.split_once(':') else {
            continue;
        };
        if u16::from_str_radix(its_port, 16) == Ok(port)
            && let Some(address) = address_of(address)
        {
            found.push(address);
        }
    }
    found
}

fn address_of(hexadecimal: &str) -> Option<IpAddr> {
    let mut bytes = hex::decode(hexadecimal).ok()?;
    for word in bytes.chunks_exact_mut(4) {
        if cfg!(target_endian = "little") {
            word.reverse();
        }
    }
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes.as_slice()) {
        return Some(IpAddr::V4(Ipv4Addr::from(bytes)));
    }
    let bytes = <[u8; 16]>::try_from(bytes.as_slice()).ok()?;
    let address = Ipv6Addr::from(bytes);
    Some(address.to_canonical())
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
        \x20  0: 0100007F:8C7B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n\
        \x20  1: 00000000:8C7B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0\n\
        \x20  2: 0200007F:8C7B 0100007F:1234 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0\n\
        \x20  3: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4 1 0 100 0 0 10 0\n";

    #[test]
    fn listeners_are_read_and_connections_are_not() {
        let found = listening(TABLE, VPCD_PORT);
        let expected: Vec<IpAddr> = vec!["127.0.0.1".parse().unwrap(), "0.0.0.0".parse().unwrap()];
        assert_eq!(found, expected);
    }

    #[test]
    fn python_is_looked_for_in_the_path() {
        let page = Page::new(Language::En, false);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        assert_eq!(python(&page, path).health, Health::Absent);
        std::fs::write(folder.path().join("python3"), "").unwrap();
        let elsewhere = format!("/nowhere:{path}");
        assert_eq!(python(&page, &elsewhere).health, Health::Fine);
    }

    #[test]
    fn long_addresses_are_read() {
        let address = address_of("00000000000000000000000001000000").unwrap();
        assert_eq!(address, "::1".parse::<IpAddr>().unwrap());
        let mapped = address_of("0000000000000000FFFF00000100007F").unwrap();
        assert!(mapped.is_loopback(), "{mapped}");
        assert_eq!(address_of("zz"), None);
    }

    #[test]
    fn a_listener_on_all_interfaces_is_warned_of() {
        let page = Page::new(Language::En, false);
        let health = |addresses: &[&str]| {
            let addresses: Vec<IpAddr> = addresses.iter().map(|a| a.parse().unwrap()).collect();
            vpcd(&page, &addresses).health
        };
        assert_eq!(health(&[]), Health::Absent);
        assert_eq!(health(&["127.0.0.1"]), Health::Fine);
        assert_eq!(health(&["0.0.0.0"]), Health::Careful);
        assert_eq!(health(&["127.0.0.1", "::"]), Health::Careful);
    }
}
