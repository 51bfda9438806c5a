//! What kind of file some bytes are, told from the bytes alone.
//!
//! Only kinds that people hand in as evidence are kept. A picture says how large it is before
//! anybody draws it, and an archive how large it becomes before anybody opens it.

use std::fmt;
use std::io::Cursor;

/// A kind of file that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// A PDF document.
    Pdf,
    /// A picture as PNG.
    Png,
    /// A picture as JPEG.
    Jpeg,
    /// A Word document.
    Docx,
    /// An Excel workbook.
    Xlsx,
    /// A presentation of `PowerPoint`.
    Pptx,
    /// A text of `OpenDocument`.
    Odt,
    /// A spreadsheet of `OpenDocument`.
    Ods,
    /// Plain text in UTF-8.
    Text,
}

/// Why a file is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// It has no bytes.
    Empty,
    /// It is none of the kinds that are kept.
    Kind,
    /// It becomes too large when it is opened.
    Bomb,
}

impl MediaType {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Pdf,
        Self::Png,
        Self::Jpeg,
        Self::Docx,
        Self::Xlsx,
        Self::Pptx,
        Self::Odt,
        Self::Ods,
        Self::Text,
    ];

    /// Its name, as it is sent with the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// The ending of its names, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pptx => "pptx",
            Self::Odt => "odt",
            Self::Ods => "ods",
            Self::Text => "txt",
        }
    }
}

impl NotKept {
    /// The reason as a stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Kind => "bad-type",
            Self::Bomb => "too-large",
        }
    }
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Kind => {
                let endings: Vec<&str> = MediaType::ALL.iter().map(|it| it.ending()).collect();
                write!(f, "only {} are", endings.join(", "))
            }
            Self::Bomb => f.write_str("it becomes too large when it is opened"),
        }
    }
}

/// How many pixels a picture may have.
const MOST_PIXELS: u64 = 100_000_000;

/// How large what is packed in a document may become, in bytes and as a multiple of the file.
const MOST_UNPACKED: u64 = 1 << 30;
const MOST_TIMES: u64 = 200;

/// How many parts a document may be packed from.
const MOST_PARTS: usize = 10_000;

/// What `bytes` are.
pub fn of(bytes: &[u8]) -> Result<MediaType, NotKept> {
    match bytes {
        [] => Err(NotKept::Empty),
        it if it.starts_with(b"%PDF-") => Ok(MediaType::Pdf),
        it if it.starts_with(b"\x89PNG\r\n\x1a\n") => png(it),
        it if it.starts_with(b"\xff\xd8\xff") => jpeg(it),
        it if it.starts_with(b"PK\x03\x04") => packed(it),
        it => text(it),
    }
}

fn png(bytes: &[u8]) -> Result<MediaType, NotKept> {
    let number = |at: usize| {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u64::from(u32::from_be_bytes(four)))
    };
    let (width, height) = number(16).zip(number(20)).ok_or(NotKept::Kind)?;
    sized(width, height, MediaType::Png)
}

/// Walks the segments of a JPEG up to the one that says how large the picture is.
fn jpeg(bytes: &[u8]) -> Result<MediaType, NotKept> {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        // The start of a frame, of which there are several kinds.
        if matches!(marker, 0xc0..=0xcf) && ![0xc4, 0xc8, 0xcc].contains(marker) {
            let size = bytes.get(at + 5..at + 9).ok_or(NotKept::Kind)?;
            let height = u64::from(u16::from_be_bytes([size[0], size[1]]));
            let width = u64::from(u16::from_be_bytes([size[2], size[3]]));
            return sized(width, height, MediaType::Jpeg);
        }
        at += 2 + length.max(2);
    }
    Err(NotKept::Kind)
}

fn sized(width: u64, height: u64, kind: MediaType) -> Result<MediaType, NotKept> {
    match width.saturating_mul(height) {
        0 => Err(NotKept::Kind),
        pixels if pixels > MOST_PIXELS => Err(NotKept::Bomb),
        _ => Ok(kind),
    }
}

/// A document packed as ZIP: which, by the parts it must have; without macros.
fn packed(bytes: &[u8]) -> Result<MediaType, NotKept> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| NotKept::Kind)?;
    if archive.len() > MOST_PARTS {
        return Err(NotKept::Bomb);
    }
    let mut unpacked: u64 = 0;
    let mut names = Vec::new();
    for i in 0..archive.len() {
        let part = archive.by_index_raw(i).map_err(|_| NotKept::Kind)?;
        unpacked = unpacked.saturating_add(part.size());
        names.push(part.name().to_owned());
    }
    if unpacked > MOST_UNPACKED || unpacked > MOST_TIMES * (bytes.len() as u64) + (1 << 20) {
        return Err(NotKept::Bomb);
    }
    let has = |name: &str| names.iter().any(|it| it == name);
    if names.iter().any(|it| it.ends_with("vbaProject.bin")) {
        return Err(NotKept::Kind);
    }
    if has("[Content_Types].xml") {
        return [
            ("word/document.xml", MediaType::Docx),
            ("xl/workbook.xml", MediaType::Xlsx),
            ("ppt/presentation.xml", MediaType::Pptx),
        ]
        .into_iter()
        .find(|(name, _)| has(name))
        .map(|(_, kind)| kind)
        .ok_or(NotKept::Kind);
    }
    // One of OpenDocument begins with its type, not compressed.
    let begins = |kind: &str| {
        let at = 30 + "mimetype".len();
        bytes.get(at..at + kind.len()) == Some(kind.as_bytes())
            && bytes.get(at + kind.len()..at + kind.len() + 2) == Some(b"PK")
    };
    [MediaType::Odt, MediaType::Ods].into_iter().find(|it| begins(it.name())).ok_or(NotKept::Kind)
}

/// Text in UTF-8 that no browser could take for a page.
fn text(bytes: &[u8]) -> Result<MediaType, NotKept> {
    let text = std::str::from_utf8(bytes).map_err(|_| NotKept::Kind)?;
    let is_binary = text.chars().any(|it| it.is_control() && !"\n\r\t\u{c}".contains(it));
    let is_markup = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with('<');
    if is_binary || is_markup { Err(NotKept::Kind) } else { Ok(MediaType::Text) }
}

/// `name` as it can be saved anywhere: without folders, with the ending of what it is.
pub fn file_name(name: &str, kind: MediaType) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = |it: &char| !it.is_control() && !r#"<>:"|?*"#.contains(*it) && !is_turning(*it);
    let cleaned: String = last.chars().filter(kept).collect();
    let stem = cleaned.rsplit_once('.').map_or(cleaned.as_str(), |(stem, _)| stem);
    let stem: String = stem.trim_matches(['.', ' ']).chars().take(100).collect();
    let stem = if stem.is_empty() { "file" } else { &stem };
    format!("{stem}.{}", kind.ending())
}

/// Characters that turn the direction of writing, by which an ending can be hidden.
fn is_turning(it: char) -> bool {
    matches!(it, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(of(b"%PDF-1.7\n"), Ok(MediaType::Pdf));
        assert_eq!(of("Målt i maj".as_bytes()), Ok(MediaType::Text));
        assert_eq!(of(b""), Err(NotKept::Empty));
        for page in ["<html>", "  <svg onload=x>", "\u{feff}<!doctype html>", "<?xml?>"] {
            assert_eq!(of(page.as_bytes()), Err(NotKept::Kind), "{page}");
        }
        for other in [&b"MZ\x90\0"[..], b"\x1f\x8b\x08\0", b"\x7fELF", b"GIF89a\x01\0\x01\0"] {
            assert_eq!(of(other), Err(NotKept::Kind));
        }
    }

    #[test]
    fn a_picture_that_is_too_large_to_draw_is_not_kept() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend(50_000_u32.to_be_bytes());
        png.extend(50_000_u32.to_be_bytes());
        assert_eq!(of(&png), Err(NotKept::Bomb));
        let mut jpeg = vec![0xff, 0xd8, 0xff, 0xc0, 0, 17, 8];
        jpeg.extend([0xff, 0xff, 0xff, 0xff, 3]);
        assert_eq!(of(&jpeg), Err(NotKept::Bomb));
        let mut small = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        small.extend(640_u32.to_be_bytes());
        small.extend(480_u32.to_be_bytes());
        assert_eq!(of(&small), Ok(MediaType::Png));
    }

    #[test]
    fn names_of_files_lead_nowhere_and_end_as_what_they_are() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd.pdf"),
            (r"C:\temp\report.exe", "report.pdf"),
            ("a\0b\r\n.pdf", "ab.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.pdf"),
            ("...", "file.pdf"),
            ("", "file.pdf"),
            ("Årsrapport 2026.final.PDF", "Årsrapport 2026.final.pdf"),
        ] {
            assert_eq!(file_name(name, MediaType::Pdf), expected);
        }
    }
}
