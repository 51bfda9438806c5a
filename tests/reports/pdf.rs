//! What a PDF says about itself: text, structure, language, typefaces, attachments.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, decode_text_string};

/// A PDF that was read.
pub(crate) struct Pdf {
    document: Document,
    text: String,
}

/// An element of the structure tree.
pub(crate) struct Element {
    /// The kind as it stands in the file, for example `TD`.
    pub(crate) tag: String,
    /// The alternative text.
    pub(crate) alt: Option<String>,
}

/// A file inside a PDF.
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) relationship: String,
    pub(crate) mime: String,
    pub(crate) bytes: Vec<u8>,
}

impl Pdf {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let document = Document::load_mem(bytes).unwrap();
        let pages: Vec<u32> = document.get_pages().into_keys().collect();
        let text = squeeze(&document.extract_text(&pages).unwrap());
        Self { document, text }
    }

    pub(crate) fn pages(&self) -> usize {
        self.document.get_pages().len()
    }

    /// Whether the text of all pages has `text` in it, wherever its lines break.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.says_times(text) > 0
    }

    /// How often the text of all pages has `text` in it.
    pub(crate) fn says_times(&self, text: &str) -> usize {
        self.text.matches(&squeeze(text)).count()
    }

    fn catalog(&self) -> &Dictionary {
        self.document.catalog().unwrap()
    }

    fn follow<'a>(&'a self, object: &'a Object) -> &'a Object {
        self.document.dereference(object).unwrap().1
    }

    fn get<'a>(&'a self, dictionary: &'a Dictionary, key: &str) -> Option<&'a Object> {
        dictionary.get(key.as_bytes()).ok().map(|it| self.follow(it))
    }

    fn string(&self, dictionary: &Dictionary, key: &str) -> Option<String> {
        match self.get(dictionary, key)? {
            text @ Object::String(..) => Some(decode_text_string(text).unwrap()),
            Object::Name(name) => Some(String::from_utf8_lossy(name).into_owned()),
            _ => None,
        }
    }

    pub(crate) fn language(&self) -> Option<String> {
        self.string(self.catalog(), "Lang")
    }

    /// The title, where readers show it in place of the file's name.
    pub(crate) fn title(&self) -> Option<String> {
        let preferences = self.get(self.catalog(), "ViewerPreferences")?.as_dict().unwrap();
        let shown = self.get(preferences, "DisplayDocTitle")?.as_bool().unwrap();
        let info = self.follow(self.document.trailer.get(b"Info").unwrap()).as_dict().unwrap();
        self.string(info, "Title").filter(|_| shown)
    }

    pub(crate) fn is_tagged(&self) -> bool {
        let marked = self.get(self.catalog(), "MarkInfo").map(|it| it.as_dict().unwrap());
        marked.and_then(|it| self.get(it, "Marked")).is_some_and(|it| it.as_bool().unwrap())
    }

    /// The metadata packet.
    pub(crate) fn metadata(&self) -> String {
        let stream = self.get(self.catalog(), "Metadata").unwrap().as_stream().unwrap();
        String::from_utf8(stream.get_plain_content().unwrap()).unwrap()
    }

    /// The elements of the structure tree, in reading order.
    pub(crate) fn elements(&self) -> Vec<Element> {
        let mut elements = Vec::new();
        let root = self.get(self.catalog(), "StructTreeRoot").unwrap().as_dict().unwrap();
        self.gather(root, &mut elements);
        elements
    }

    fn gather(&self, node: &Dictionary, elements: &mut Vec<Element>) {
        if let Some(tag) = self.string(node, "S") {
            elements.push(Element { tag, alt: self.string(node, "Alt") });
        }
        let children: Vec<&Object> = match self.get(node, "K") {
            Some(Object::Array(children)) => children.iter().collect(),
            Some(child) => vec![child],
            None => Vec::new(),
        };
        for child in children {
            if let Ok(child) = self.follow(child).as_dict() {
                self.gather(child, elements);
            }
        }
    }

    /// How often `tag` stands in the structure tree.
    pub(crate) fn count(&self, tag: &str) -> usize {
        self.elements().iter().filter(|it| it.tag == tag).count()
    }

    /// The names of typefaces that are used but not part of the file.
    pub(crate) fn fonts_left_out(&self) -> Vec<String> {
        let mut names = HashSet::new();
        for object in self.document.objects.values() {
            let Ok(font) = object.as_dict() else { continue };
            if !font.has_type(b"Font") || font.has(b"DescendantFonts") {
                continue;
            }
            let descriptor = self.get(font, "FontDescriptor").and_then(|it| it.as_dict().ok());
            let embedded = descriptor.is_some_and(|it| {
                ["FontFile", "FontFile2", "FontFile3"].iter().any(|key| it.has(key.as_bytes()))
            });
            if !embedded && self.string(font, "Subtype").as_deref() != Some("Type3") {
                names.insert(self.string(font, "BaseFont").unwrap_or_default());
            }
        }
        names.into_iter().collect()
    }

    /// The files that belong to the document as a whole.
    pub(crate) fn attachments(&self) -> Vec<Attachment> {
        let Some(files) = self.get(self.catalog(), "AF") else { return Vec::new() };
        let files = files.as_array().unwrap();
        files.iter().map(|it| self.attachment(self.follow(it).as_dict().unwrap())).collect()
    }

    fn attachment(&self, file: &Dictionary) -> Attachment {
        let embedded = self.get(file, "EF").unwrap().as_dict().unwrap();
        let stream = self.get(embedded, "F").unwrap().as_stream().unwrap();
        Attachment {
            name: self.string(file, "UF").unwrap(),
            description: self.string(file, "Desc").unwrap(),
            relationship: self.string(file, "AFRelationship").unwrap(),
            mime: self.string(&stream.dict, "Subtype").unwrap(),
            bytes: stream.get_plain_content().unwrap(),
        }
    }

    /// The addresses that links lead to.
    pub(crate) fn links(&self) -> Vec<String> {
        let actions = self.document.objects.values().filter_map(|it| it.as_dict().ok());
        let annotations = actions.filter(|it| it.has(b"URI") || it.has(b"A"));
        let mut links: Vec<String> = annotations
            .filter_map(|it| match self.get(it, "A") {
                Some(action) => self.string(action.as_dict().ok()?, "URI"),
                None => self.string(it, "URI"),
            })
            .collect();
        links.dedup();
        links
    }
}

/// `text` without spaces, hyphens and invisible places to break.
fn squeeze(text: &str) -> String {
    let dropped =
        |it: &char| !it.is_whitespace() && !matches!(it, '-' | '\u{ad}' | '\u{2010}' | '\u{200b}');
    text.chars().filter(dropped).collect()
}
