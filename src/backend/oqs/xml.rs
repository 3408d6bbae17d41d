//! XML of the exchange folder as a small tree: bounded, without document types or entities.
//!
//! Readers look children up by name, so that their order never matters and unknown ones are
//! ignored (ELIG-11). Namespaces are tolerated: only local names count.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::encoding::Encoding;

/// Deepest nesting that is read. The messages need eight.
const DEPTH_MAX: usize = 24;
/// Most elements of one message: a bulk result of some thousand people.
const ELEMENTS_MAX: usize = 400_000;
/// Most attributes of one element. The messages have none.
const ATTRIBUTES_MAX: usize = 16;

/// An element with its text and its children.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// All character data directly in it.
    pub text: String,
    /// Child elements in order.
    pub children: Vec<Element>,
}

impl Element {
    /// Makes an element without content.
    pub fn new(name: &str) -> Element {
        Element {
            name: name.to_owned(),
            ..Element::default()
        }
    }

    /// Adds a child.
    pub fn push(&mut self, child: Element) {
        self.children.push(child);
    }

    /// Adds a child that holds `text`.
    pub fn put(&mut self, name: &str, text: &str) {
        self.children.push(Element {
            name: name.to_owned(),
            text: text.to_owned(),
            children: Vec::new(),
        });
    }

    /// Adds a child where there is a text for it.
    pub fn put_some(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(name, text);
        }
    }

    /// Returns the first child of this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Returns all children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Returns the text of the first child of this name, trimmed; nothing where it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.child(name).and_then(Element::value)
    }

    /// Returns the text, trimmed of ASCII spaces; nothing where it is empty.
    pub fn value(&self) -> Option<&str> {
        let text = trimmed(&self.text);
        (!text.is_empty()).then_some(text)
    }

    /// Returns the first text of an element of this name, however deep.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.get(name)
            .or_else(|| self.children.iter().find_map(|child| child.find(name)))
    }
}

/// U+3000 is a character of names and symbols, so only ASCII spaces are padding.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace())
}

/// Why a text is no XML of the folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// It ends before its last element does: perhaps the rest is still being written.
    #[error("the XML ends before its root element does")]
    Unfinished,
    /// Not well-formed.
    #[error("not well-formed XML at byte {at}: {what}")]
    Broken {
        /// Offset in the decoded text.
        at: u64,
        /// What is wrong.
        what: String,
    },
    /// Well-formed, and refused.
    #[error("{0}")]
    Refused(&'static str),
}

/// Reads a message.
///
/// # Errors
///
/// [`XmlError`] where it is not well-formed, has a document type or an entity of its own, or is
/// deeper or larger than any message.
pub fn parse(text: &str) -> Result<Element, XmlError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0usize;
    loop {
        let at = reader.buffer_position();
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(quick_xml::Error::Syntax(_)) if root.is_none() => return Err(XmlError::Unfinished),
            Err(error) => return Err(broken(reader.error_position(), &error)),
        };
        match event {
            Event::Start(start) => {
                elements += 1;
                let element = begin(&start, &open, root.is_some(), elements, at)?;
                open.push(element);
            }
            Event::Empty(start) => {
                elements += 1;
                let element = begin(&start, &open, root.is_some(), elements, at)?;
                close(element, &mut open, &mut root);
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
            }
            Event::Text(text) => {
                let text = text.xml10_content().map_err(|error| broken(at, &error))?;
                add(&text, &mut open, at)?;
            }
            Event::CData(data) => {
                let text = data.xml10_content().map_err(|error| broken(at, &error))?;
                add(&text, &mut open, at)?;
            }
            Event::GeneralRef(reference) => {
                let c = resolve(&reference, at)?;
                add(c.encode_utf8(&mut [0; 4]), &mut open, at)?;
            }
            Event::DocType(_) => return Err(XmlError::Refused("a document type is not accepted")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ => Err(XmlError::Unfinished),
    }
}

fn broken(at: u64, what: &impl ToString) -> XmlError {
    XmlError::Broken {
        at,
        what: what.to_string(),
    }
}

fn begin(
    start: &BytesStart<'_>,
    open: &[Element],
    ended: bool,
    elements: usize,
    at: u64,
) -> Result<Element, XmlError> {
    if open.is_empty() && ended {
        return Err(broken(at, &"a second root element"));
    }
    if open.len() >= DEPTH_MAX {
        return Err(XmlError::Refused("elements are nested too deep"));
    }
    if elements > ELEMENTS_MAX {
        return Err(XmlError::Refused("there are too many elements"));
    }
    for (index, attribute) in start.attributes().enumerate() {
        if index >= ATTRIBUTES_MAX {
            return Err(XmlError::Refused("an element has too many attributes"));
        }
        attribute.map_err(|error| broken(at, &error))?;
    }
    let name = start.local_name();
    let name = std::str::from_utf8(name.as_ref()).map_err(|error| broken(at, &error))?;
    Ok(Element::new(name))
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn add(text: &str, open: &mut [Element], at: u64) -> Result<(), XmlError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if trimmed(text).is_empty() => {}
        None => return Err(broken(at, &"text outside the root element")),
    }
    Ok(())
}

/// Resolves a character reference or one of the five entities that XML itself has.
fn resolve(reference: &BytesRef<'_>, at: u64) -> Result<char, XmlError> {
    if let Some(c) = reference
        .resolve_char_ref()
        .map_err(|error| broken(at, &error))?
    {
        return Ok(c);
    }
    let known: &[u8] = reference;
    match known {
        b"amp" => Ok('&'),
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"quot" => Ok('"'),
        b"apos" => Ok('\''),
        _ => Err(XmlError::Refused("an entity is not accepted")),
    }
}

/// Writes a message with its declaration in an encoding.
pub fn write(root: &Element, encoding: Encoding) -> Vec<u8> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"{}\" standalone=\"no\"?>\n<!-- SIMULATION -->\n",
        encoding.label()
    );
    write_element(root, 0, &mut text);
    encoding.encode(&text)
}

fn write_element(element: &Element, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    out.push_str(&indent);
    if element.children.is_empty() && element.text.is_empty() {
        out.push_str(&format!("<{}/>\n", element.name));
        return;
    }
    out.push_str(&format!("<{}>", element.name));
    for c in element.text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            // XML 1.0 has no place for other control characters, not even as references.
            c if c.is_control() && c.is_ascii() => out.push('\u{FFFD}'),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    if !element.children.is_empty() {
        out.push('\n');
        for child in &element.children {
            write_element(child, depth + 1, out);
        }
        out.push_str(&indent);
    }
    out.push_str(&format!("</{}>\n", element.name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_unknown_elements_and_namespaces_do_not_matter() {
        let root = parse(
            "<?xml version=\"1.0\"?><x:XmlMsg xmlns:x=\"urn:x\"><!-- c --><New/><x:B>2</x:B><A a=\"1\"> 1&amp;<![CDATA[<]]> </A></x:XmlMsg>\n",
        )
        .unwrap();
        assert_eq!(root.name, "XmlMsg");
        assert_eq!(root.get("A"), Some("1&<"));
        assert_eq!(root.get("B"), Some("2"));
        assert_eq!(root.get("New"), None);
    }

    #[test]
    fn document_types_entities_depth_and_attributes_are_bounded() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>";
        assert!(matches!(parse(bomb), Err(XmlError::Refused(_))));
        assert!(matches!(parse("<a>&b;</a>"), Err(XmlError::Refused(_))));
        let deep = format!("{}{}", "<a>".repeat(25), "</a>".repeat(25));
        assert!(matches!(parse(&deep), Err(XmlError::Refused(_))));
        let wide: String = (0..17).map(|n| format!(" a{n}=\"1\"")).collect();
        assert!(matches!(
            parse(&format!("<a{wide}/>")),
            Err(XmlError::Refused(_))
        ));
    }

    #[test]
    fn half_a_message_is_told_from_a_broken_one() {
        let whole = "<XmlMsg><MessageHeader><A>1</A></MessageHeader></XmlMsg>";
        for cut in 0..whole.len() {
            assert_eq!(parse(&whole[..cut]), Err(XmlError::Unfinished), "{cut}");
        }
        for broken in ["<a></b>", "<a/><b/>", "text", "<a/>text"] {
            assert!(
                matches!(parse(broken), Err(XmlError::Broken { .. })),
                "{broken}"
            );
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut root = Element::new("XmlMsg");
        root.put("A", "記号<&>\r\n①");
        root.push(Element::new("Empty"));
        for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
            let bytes = write(&root, encoding);
            let decoded = super::super::encoding::decode(&bytes).unwrap();
            assert!(!decoded.is_misdeclared());
            let read = parse(&decoded.text).unwrap();
            assert_eq!(read.child("A").unwrap().text, "記号<&>\r\n①");
        }
    }
}
