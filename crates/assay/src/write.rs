//! Writes files whole or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

/// Writes `bytes` to `path`, whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |out| out.write_all(bytes).with_context(|| failed(path)))
}

/// Writes to `path` what `work` writes: the old file, if any, stays until the new one is
/// complete. What is no file, such as `/dev/null` or a pipe, is written as it is.
pub(crate) fn write_with<T>(
    path: &Path,
    work: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<T> {
    let failed = || failed(path);
    // The file behind a symbolic link is written, and the link stays.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&path).ok();
    if old.as_ref().is_some_and(|it| !it.is_file() && !it.is_dir()) {
        let file = File::options().write(true).open(&path).with_context(failed)?;
        let mut out = BufWriter::new(file);
        let done = work(&mut out)?;
        out.flush().with_context(failed)?;
        return Ok(done);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".assay-");
    #[cfg(unix)]
    builder.permissions(old.map_or_else(
        || std::os::unix::fs::PermissionsExt::from_mode(0o666),
        |it| it.permissions(),
    ));
    let mut file = builder.tempfile_in(folder(&path)).with_context(failed)?;
    let mut out = BufWriter::new(file.as_file_mut());
    let done = work(&mut out)?;
    out.flush().with_context(failed)?;
    drop(out);
    file.as_file().sync_all().with_context(failed)?;
    file.persist(&path).with_context(failed)?;
    Ok(done)
}

/// Makes the folder `path`, with all that `fill` puts into it, whole or not at all.
pub(crate) fn make_folder(path: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let failed = || format!("cannot make the folder {}", path.display());
    fs::create_dir_all(folder(path)).with_context(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".assay-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let made = builder.tempdir_in(folder(path)).with_context(failed)?;
    fill(made.path()).with_context(failed)?;
    fs::rename(made.path(), path).with_context(failed)?;
    _ = made.keep();
    Ok(())
}

fn failed(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// The folder that `path` lies in.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
