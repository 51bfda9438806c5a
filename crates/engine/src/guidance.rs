//! Longer help: Markdown as paragraphs of plain pieces, which are safe to draw anywhere.

use model::blank::{Paragraph, Piece};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The paragraphs and list entries of `markdown`.
///
/// Emphasis and links to web pages are kept; of everything else the text is.
pub fn paragraphs(markdown: &str) -> Vec<Paragraph> {
    let mut reader = Reader::default();
    for event in Parser::new(markdown) {
        reader.read(event);
    }
    reader.end();
    reader.done
}

/// `markdown` as HTML for a page, with no more in it than [`paragraphs`] keeps.
pub fn html(markdown: &str) -> String {
    let mut out = String::new();
    let mut in_list = false;
    for paragraph in paragraphs(markdown) {
        if paragraph.entry != in_list {
            out.push_str(if in_list { "</ul>" } else { "<ul>" });
            in_list = paragraph.entry;
        }
        let tag = if paragraph.entry { "li" } else { "p" };
        let text: String = paragraph.pieces.iter().map(piece).collect();
        out.push_str(&format!("<{tag}>{text}</{tag}>"));
    }
    if in_list {
        out.push_str("</ul>");
    }
    out
}

fn piece(it: &Piece) -> String {
    let mut text = escape(&it.text);
    if it.emphasis {
        text = format!("<em>{text}</em>");
    }
    if it.strong {
        text = format!("<strong>{text}</strong>");
    }
    match &it.link {
        Some(link) => format!("<a href=\"{}\" rel=\"noreferrer\">{text}</a>", escape(link)),
        None => text,
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            it => out.push(it),
        }
    }
    out
}

#[derive(Default)]
struct Reader {
    done: Vec<Paragraph>,
    pieces: Vec<Piece>,
    entries: usize,
    style: Piece,
}

impl Reader {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.stop(tag),
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Emphasis => self.style.emphasis = true,
            Tag::Strong => self.style.strong = true,
            Tag::Link { dest_url, .. } => {
                self.style.link = dest_url.starts_with("https://").then(|| dest_url.into_string());
            }
            Tag::Item => {
                self.end();
                self.entries += 1;
            }
            Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) => self.end(),
            _ => {}
        }
    }

    fn stop(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis => self.style.emphasis = false,
            TagEnd::Strong => self.style.strong = false,
            TagEnd::Link => self.style.link = None,
            TagEnd::Item => {
                self.end();
                self.entries = self.entries.saturating_sub(1);
            }
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock => self.end(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let same = |it: &Piece| Piece { text: String::new(), ..it.clone() } == self.style;
        match self.pieces.last_mut().filter(|it| same(it)) {
            Some(last) => last.text.push_str(text),
            None => self.pieces.push(Piece { text: text.to_owned(), ..self.style.clone() }),
        }
    }

    fn end(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        if !pieces.is_empty() {
            self.done.push(Paragraph { entry: self.entries > 0, pieces });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paragraphs, with marks for what is set in another way.
    fn shown(markdown: &str) -> Vec<String> {
        let piece = |it: &Piece| match (it.emphasis, it.strong, &it.link) {
            (_, _, Some(link)) => format!("[{}→{link}]", it.text),
            (true, ..) => format!("<{}>", it.text),
            (_, true, _) => format!("<<{}>>", it.text),
            _ => it.text.clone(),
        };
        paragraphs(markdown)
            .iter()
            .map(|it| {
                let text: String = it.pieces.iter().map(piece).collect();
                if it.entry { format!("• {text}") } else { text }
            })
            .collect()
    }

    #[test]
    fn emphasis_lists_and_links_are_kept() {
        assert_eq!(shown("Ask the *nearest*\nunit."), ["Ask the <nearest> unit."]);
        assert_eq!(shown("One\n\nTwo **bold**"), ["One", "Two <<bold>>"]);
        assert_eq!(shown("Think of:\n- a\n- b *c*\n\nEnd"), ["Think of:", "• a", "• b <c>", "End"]);
        assert_eq!(
            shown("See [the guide](https://example.org/a)."),
            ["See [the guide→https://example.org/a]."]
        );
    }

    #[test]
    fn html_holds_nothing_but_what_is_kept() {
        assert_eq!(
            html("Think of:\n- *a*\n- b & c\n\nEnd"),
            "<p>Think of:</p><ul><li><em>a</em></li><li>b &amp; c</li></ul><p>End</p>"
        );
        assert_eq!(
            html("a <script>x</script> [y](javascript:z) [k](https://e.org/\"onload=x)"),
            "<p>a &lt;script&gt;x&lt;/script&gt; y <a href=\"https://e.org/&quot;onload=x\" \
             rel=\"noreferrer\">k</a></p>"
        );
    }

    #[test]
    fn what_is_not_plain_text_does_nothing() {
        assert_eq!(shown("[x](javascript:alert(1))"), ["x"]);
        assert_eq!(
            shown("a <b onclick=x>c</b> #read(\"/etc\")"),
            ["a <b onclick=x>c</b> #read(\"/etc\")"]
        );
        assert_eq!(shown("![a picture](https://example.org/p.png)"), ["a picture"]);
        assert_eq!(shown("# Heading\n`code`"), ["Heading", "code"]);
        assert_eq!(shown(""), [""; 0]);
    }
}
