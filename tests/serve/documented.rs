//! The examples of `docs/serve.md`, against a server as the document starts it.

use std::collections::BTreeMap;

use super::client::Server;

const DOCUMENT: &str = include_str!("../../docs/serve.md");

/// Returns the blocks of a language, each with the line above it.
fn blocks(language: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut above = String::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        if line == format!("```{language}") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push((above.clone(), block.join("\n")));
        } else if !line.is_empty() {
            line.clone_into(&mut above);
        }
    }
    found
}

/// Splits a command at spaces; single quotation marks keep a word together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (index, part) in command.split('\'').enumerate() {
        if index % 2 == 1 {
            words.last_mut().unwrap().push_str(part);
            continue;
        }
        for (index, word) in part.split(' ').enumerate() {
            if index > 0 {
                words.push(String::new());
            }
            words.last_mut().unwrap().push_str(word);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_curl_line_gets_the_status_that_it_says() {
    // "`inquiry.json`:" stands above a file.
    let files: BTreeMap<String, String> = blocks("json")
        .into_iter()
        .filter_map(|(above, text)| {
            Some((
                above.strip_prefix('`')?.strip_suffix("`:")?.to_owned(),
                text,
            ))
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--fhir", "0", "--oqs", folder.path().to_str().unwrap()]);
    let mut checked = 0;
    for (_, block) in blocks("sh") {
        for line in block.replace("\\\n", "").lines() {
            let Some(command) = line.strip_prefix("curl ") else {
                continue;
            };
            let (command, expected) = command.rsplit_once('#').expect(line);
            let expected: u16 = expected.trim().parse().expect(line);
            let (mut method, mut headers, mut body, mut url) =
                (None, Vec::new(), None, String::new());
            let mut words = words(command).into_iter();
            while let Some(word) = words.next() {
                match word.as_str() {
                    "-s" | "-i" => {}
                    "-X" => method = words.next(),
                    "-H" => headers.push(words.next().unwrap()),
                    "-d" => body = words.next(),
                    _ => url = word,
                }
            }
            let path = url.strip_prefix("http://127.0.0.1:8080").expect(line);
            let body = match body.as_deref().map(|body| (body, body.strip_prefix('@'))) {
                Some((_, Some(file))) => files[file].clone(),
                Some((text, None)) => text.to_owned(),
                None => String::new(),
            };
            let method =
                method.unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.to_owned());
            let headers: Vec<(&str, &str)> = headers
                .iter()
                .map(|header| header.split_once(": ").unwrap())
                .collect();
            let reply = server.send(&method, path, &headers, body.as_bytes());
            assert_eq!(
                reply.status,
                expected,
                "{line}\n{}",
                String::from_utf8_lossy(&reply.body)
            );
            checked += 1;
        }
    }
    assert!(checked >= 8, "{checked}");
}

#[test]
fn every_option_is_in_the_document() {
    let help = super::client::program(&["serve", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let options = help
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("--"))
        .map(|name| name.trim_end_matches(|c: char| !c.is_ascii_lowercase()));
    for option in options {
        let global = ["lang", "verbose", "color", "help", "format"].contains(&option);
        assert!(
            global || DOCUMENT.contains(&format!("`--{option}")),
            "--{option}"
        );
    }
}
