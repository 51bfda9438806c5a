//! Uploaded files, kept by the hash of their bytes: in a folder, or wherever `object_store`
//! leads.

use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use sha2::{Digest, Sha256};

use crate::error::EngineError;

/// The files that were uploaded.
#[derive(Clone, Debug)]
pub struct Attachments(Arc<dyn ObjectStore>);

/// The bytes of a file, piece by piece.
pub type Pieces = BoxStream<'static, Result<Vec<u8>, EngineError>>;

impl Attachments {
    /// Files kept in `folder`, which is made where there is none, for nobody else to read.
    pub fn in_folder(folder: &Path) -> Result<Self, EngineError> {
        let io = |source| EngineError::Io { doing: "open the folder of files", source };
        make_folder(folder).map_err(io)?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(failed("open"))?;
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// Files kept in memory, for as long as the program runs.
    pub fn in_memory() -> Self {
        Self(Arc::new(object_store::memory::InMemory::new()))
    }

    /// Keeps `bytes` unless they are kept already; their SHA-256 as 64 hexadecimal digits.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String, EngineError> {
        let hash = hash(&bytes);
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.0.put_opts(&key(&hash), PutPayload::from(bytes), options).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(hash),
            Err(error) => Err(failed("keep")(error)),
        }
    }

    /// The bytes of the file with this hash.
    pub async fn get(&self, hash: &str) -> Result<Pieces, EngineError> {
        match self.0.get(&key(hash)).await {
            Ok(found) => {
                let pieces = found.into_stream();
                Ok(pieces.map(|it| it.map(Vec::from).map_err(failed("read"))).boxed())
            }
            Err(object_store::Error::NotFound { .. }) => Err(EngineError::NotFound { what: "file" }),
            Err(error) => Err(failed("read")(error)),
        }
    }

    /// All bytes of the file with this hash, which must still be what they were.
    pub async fn read(&self, hash: &str) -> Result<Vec<u8>, EngineError> {
        let mut pieces = self.get(hash).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            bytes.extend(piece?);
        }
        if self::hash(&bytes) != hash {
            let reason = "its bytes were changed".to_owned();
            return Err(EngineError::Stored { what: format!("file {hash}"), reason });
        }
        Ok(bytes)
    }
}

/// SHA-256 of `bytes` as 64 hexadecimal digits.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where a file lies: in a folder named by the first two digits, so that none grows large.
fn key(hash: &str) -> Key {
    Key::from(format!("{}/{hash}", hash.get(..2).unwrap_or("00")))
}

fn failed(doing: &'static str) -> impl Fn(object_store::Error) -> EngineError {
    move |error| EngineError::Files { doing, source: Box::new(error) }
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
