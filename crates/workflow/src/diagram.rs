//! A programme as a picture: its stages and transitions as a state diagram.

use std::fmt::Write;

use model::Programme;

/// The stages and transitions of `programme` as a Mermaid state diagram, with its titles.
pub fn diagram(programme: &Programme) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a text cannot fail.
        let _ = writeln!(out, "    {text}");
    };
    for stage in &programme.stages {
        line(format_args!("{}: {}", stage.id, plain(&stage.title)));
    }
    if let Some(first) = programme.stages.first() {
        line(format_args!("[*] --> {}", first.id));
    }
    for it in &programme.transitions {
        line(format_args!("{} --> {}: {}", it.from, it.to, plain(&it.title)));
    }
    for stage in programme.stages.iter().filter(|it| it.is_final) {
        line(format_args!("{} --> [*]", stage.id));
    }
    out
}

/// `text` without the signs that mean something in a diagram.
fn plain(text: &str) -> String {
    text.replace([':', ';', '#', '\n'], " ")
}
