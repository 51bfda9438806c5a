//! Uploaded files, kept by the hash of their bytes: in a folder, or wherever `object_store`
//! leads.

use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use sha2::{Digest, Sha256};

use crate::error::EngineError;

/// The files that were uploaded.
#[derive(Clone, Debug)]
pub struct Attachments(Arc<dyn ObjectStore>);

/// A bucket of S3-compatible storage.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub bucket: String,
    /// What every name begins with; nothing where it is empty.
    pub prefix: String,
    /// Where the storage is, unless it is Amazon's.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// The id and the secret of the key; what the machine gives where there is none.
    pub key: Option<(String, String)>,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

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

    /// Files kept in S3-compatible storage.
    pub fn in_bucket(it: &Bucket) -> Result<Self, EngineError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&it.bucket)
            .with_region(&it.region)
            .with_conditional_put(S3ConditionalPut::ETagMatch);
        if let Some(endpoint) = &it.endpoint {
            let plain = endpoint.starts_with("http://");
            builder = builder.with_endpoint(endpoint).with_allow_http(plain);
        }
        if let Some((id, secret)) = &it.key {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        let store = builder.build().map_err(failed("open the storage of"))?;
        Ok(match it.prefix.is_empty() {
            true => Self(Arc::new(store)),
            false => Self(Arc::new(PrefixStore::new(store, it.prefix.as_str()))),
        })
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
            Err(object_store::Error::NotFound { .. }) => {
                Err(EngineError::NotFound { what: "file" })
            }
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
