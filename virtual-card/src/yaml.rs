//! What is wrong with a YAML text, shown to people.

/// Shows what YAML says of the mistake, with the line itself and without control characters.
pub(crate) fn excerpt(error: &serde_saphyr::Error, origin: &str) -> String {
    let text = error.render_with_options(serde_saphyr::render_options! {
        source_name: Some(origin),
    });
    // The line itself comes along, and with it whatever the file holds.
    let visible = |character: char| match character {
        control if control.is_control() && control != '\n' => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    text.chars().map(visible).collect()
}
