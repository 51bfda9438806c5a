//! The command that shows what the service is set to.

use anyhow::Result;

use crate::cli::Config;
use crate::commands::{Exit, say};
use crate::settings::{self, page};
use crate::show;

/// Shows every setting, and where it is from.
pub(crate) fn settings(config: &Config) -> Result<Exit> {
    let effective = settings::read(config.config.as_deref(), &[])?;
    for line in page::lines(&effective) {
        let origin = line.origin.map_or_else(|| "default".to_owned(), |it| it.to_string());
        let value = show::clean(&line.value);
        say(format_args!("{} = {value}  {}", line.key, show::dim(show::clean(&origin))))?;
    }
    Ok(Exit::Fine)
}
