//! What changes ask of the version.

use model::comparison::{Bump, ChangedPart, Impact, Thing, VersionAdvice, VersionFit};
use model::form::Form;
use semver::Version;

/// Which number is to be raised, and whether it is. Translations may be mended at any time.
pub(super) fn advice(parts: &[ChangedPart], before: &Form, after: &Form) -> VersionAdvice {
    let impacts = parts
        .iter()
        .flat_map(|it| &it.changes)
        .filter(|it| it.thing != Thing::Translation)
        .map(|it| it.impact);
    let advised = match impacts.max() {
        None => Bump::None,
        Some(Impact::OnlyWording) => Bump::Patch,
        Some(Impact::KeepsScores) => Bump::Minor,
        Some(Impact::MayMoveScores | Impact::MovesScores) => Bump::Major,
    };
    let (old, new) = (&before.meta.version, &after.meta.version);
    VersionAdvice { advised, expected: raised(old, advised), fit: fit(old, new, advised) }
}

fn raised(version: &Version, bump: Bump) -> Version {
    match bump {
        Bump::None => version.clone(),
        Bump::Patch => Version::new(version.major, version.minor, version.patch + 1),
        Bump::Minor => Version::new(version.major, version.minor + 1, 0),
        Bump::Major => Version::new(version.major + 1, 0, 0),
    }
}

fn fit(old: &Version, new: &Version, advised: Bump) -> VersionFit {
    if new < old {
        return VersionFit::Backwards;
    }
    let given = if new.major > old.major {
        Bump::Major
    } else if new.minor > old.minor {
        Bump::Minor
    } else if new > old {
        Bump::Patch
    } else {
        Bump::None
    };
    match given.cmp(&advised) {
        std::cmp::Ordering::Less => VersionFit::TooLow,
        std::cmp::Ordering::Equal => VersionFit::Fits,
        std::cmp::Ordering::Greater => VersionFit::Higher,
    }
}
