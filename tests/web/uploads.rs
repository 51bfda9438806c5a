//! Files that are handed in: what is not what it says, what grows when it is opened, and names
//! that lead somewhere. What is kept is served as a file to be saved, as what it is.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;

use crate::scene::Scene;
use crate::support::{Answer, World, on_each_database};

const BOUNDARY: &str = "boundary7f3a";

/// Hands a file in as evidence.
async fn hand_in(scene: &Scene<'_>, name: &[u8], content: &[u8]) -> Answer {
    let mut body = Vec::new();
    let mut field = |name: &str, value: &str| {
        let part = "--boundary7f3a\r\nContent-Disposition: form-data; name=";
        body.extend(format!("{part}\"{name}\"\r\n\r\n{value}\r\n").bytes());
    };
    field("organisation", &scene.parts["organisation"]);
    field("title", "Plan");
    field("grade", "E2");
    body.extend(format!("--{BOUNDARY}\r\n").bytes());
    body.extend(b"Content-Disposition: form-data; name=\"file\"; filename=\"");
    body.extend(name);
    body.extend(b"\"\r\nContent-Type: application/pdf\r\n\r\n");
    body.extend(content);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let token = format!("Bearer {}", scene.tokens["member"]);
    let headers = [("Authorization", token.as_str()), ("Content-Type", kind.as_str())];
    scene.world.browser().send("POST", "/api/v1/evidence", &headers, &body).await
}

/// A document packed from parts with these names and this content.
fn packed(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn document(more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut parts = vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("word/document.xml", b"<w/>".to_vec()),
    ];
    parts.extend(more.iter().cloned());
    packed(&parts)
}

fn png(side: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([side.to_be_bytes(), side.to_be_bytes()].concat());
    png.extend([8, 2, 0, 0, 0]);
    png
}

/// What is not kept, and the word in the answer that says why.
fn refused() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let many: Vec<String> = (0..10_001).map(|it| format!("p{it}")).collect();
    let many: Vec<(&str, Vec<u8>)> = many.iter().map(|it| (it.as_str(), Vec::new())).collect();
    vec![
        ("a program that calls itself a PDF", b"MZ\x90\0\x03\0\0\0%PDF-1.7".to_vec(), "bad-type"),
        ("a picture with a script", b"<svg onload=\"alert(1)\"/>".to_vec(), "bad-type"),
        ("a page", b"\xef\xbb\xbf <!DOCTYPE html><script>1</script>".to_vec(), "bad-type"),
        ("a page in UTF-16", b"\xff\xfe<\0h\0t\0m\0l\0>\0".to_vec(), "bad-type"),
        ("nothing", Vec::new(), "empty"),
        ("a packed stream", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec(), "bad-type"),
        ("a link to a file", b"\x7fELF\x02\x01\x01".to_vec(), "bad-type"),
        ("a picture of fifty thousand pixels squared", png(50_000), "too-large"),
        ("a picture without its size", b"\x89PNG\r\n\x1a\n".to_vec(), "bad-type"),
        ("a document that grows", document(&[("word/media/a", vec![0; 300 << 20])]), "too-large"),
        ("a document of ten thousand parts", document(&many), "too-large"),
        ("a document with macros", document(&[("word/vbaProject.bin", vec![1])]), "bad-type"),
        ("an archive that is no document", packed(&[("../../a", vec![1])]), "bad-type"),
        ("an archive that is cut off", document(&[])[..60].to_vec(), "bad-type"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_file_of_a_kind_that_is_kept_is_refused() {
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    for (what, content, why) in refused() {
        let answer = hand_in(&scene, b"plan.pdf", &content).await;
        assert_eq!(answer.status, 422, "{what}: {} {}", answer.status, answer.body);
        assert!(answer.body.contains(why), "{what}: {}", answer.body);
    }
    let large = vec![b'a'; 21 << 20];
    assert_eq!(hand_in(&scene, b"large.txt", &large).await.status, 413);
    world.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_served_to_be_saved_as_what_it_is() {
    on_each_database(async |world| {
        let scene = Scene::set(world).await;
        let polyglot = b"%PDF-1.7\n<script>alert(1)</script>".to_vec();
        let files: [(&[u8], Vec<u8>, &str, &str); 5] = [
            (b"../../../etc/passwd", polyglot, "application/pdf", "passwd.pdf"),
            (b"a.html", b"just words".to_vec(), "text/plain; charset=utf-8", "a.txt"),
            (b"a\0b.png", png(20), "image/png", ""),
            (
                b"C:\\temp\\report.exe",
                document(&[]),
                "officedocument.wordprocessingml",
                "report.docx",
            ),
            ("år.txt".as_bytes(), "æøå".into(), "text/plain; charset=utf-8", "%C3%A5r.txt"),
        ];
        for (name, content, kind, saved_as) in files {
            let answer = hand_in(&scene, name, &content).await;
            if name.contains(&0) && answer.status == 400 {
                continue;
            }
            assert_eq!(answer.status, 201, "{name:?}: {}", answer.body);
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let path = format!("/api/v1/evidence/{id}/file");
            let file = scene.ask("member", "GET", &path, &[], "").await;
            assert_eq!(file.status, 200, "{name:?}");
            let disposition = file.header("content-disposition");
            assert!(disposition.starts_with("attachment;"), "{disposition}");
            assert!(disposition.contains(saved_as), "{disposition}");
            assert!(!disposition.contains(['/', '\\', '\0']), "{disposition}");
            assert!(file.header("content-type").contains(kind), "{name:?}");
            assert_eq!(file.header("x-content-type-options"), "nosniff");
            assert_eq!(scene.ask("other-member", "GET", &path, &[], "").await.status, 404);
        }
    })
    .await;
}
