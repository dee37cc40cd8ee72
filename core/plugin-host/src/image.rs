//! Whether a file is a shared library of this machine, before the system's
//! loader is asked: its own words for it help nobody.

use std::env::consts::{ARCH, OS};

/// ELF machines (System V ABI, e_machine) by Rust's names.
const ELF_MACHINES: &[(u16, &str)] = &[
    (3, "x86"),
    (8, "mips"),
    (20, "powerpc"),
    (21, "powerpc64"),
    (22, "s390x"),
    (40, "arm"),
    (62, "x86_64"),
    (183, "aarch64"),
    (243, "riscv64"),
    (258, "loongarch64"),
];
/// Mach-O cpu types.
const MACHO_MACHINES: &[(u32, &str)] = &[(0x0100_0007, "x86_64"), (0x0100_000c, "aarch64")];
/// PE machines.
const PE_MACHINES: &[(u16, &str)] = &[(0x014c, "x86"), (0x8664, "x86_64"), (0xaa64, "aarch64")];

/// What a file is and what it should be, where the two differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) found: String,
    pub(crate) needed: String,
}

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Image {
    Library(Format, &'static str),
    NotLibrary(Format),
    Cut(Format),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Elf,
    MachO,
    Pe,
}

impl Format {
    /// The name with its article.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Elf => "an ELF",
            Self::MachO => "a Mach-O",
            Self::Pe => "a PE",
        }
    }

    fn of_this_machine() -> Self {
        match OS {
            "macos" | "ios" => Self::MachO,
            "windows" => Self::Pe,
            _ => Self::Elf,
        }
    }
}

/// Checks a file's first bytes.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Misfit> {
    let format = Format::of_this_machine();
    let found = match look(bytes) {
        Image::Library(found, arch) if found == format && arch == ARCH => return Ok(()),
        Image::Library(found, arch) => format!("{} library for {arch}", found.as_str()),
        Image::NotLibrary(found) => {
            format!("{} file, but no shared library", found.as_str())
        }
        Image::Cut(found) => format!("{} file that was cut short", found.as_str()),
        Image::Other if bytes.is_empty() => "an empty file".to_owned(),
        Image::Other => "no shared library of any kind".to_owned(),
    };
    let needed = format!("{} library for {ARCH}", format.as_str());
    Err(Misfit { found, needed })
}

fn look(bytes: &[u8]) -> Image {
    match bytes {
        [0x7f, b'E', b'L', b'F', ..] => elf(bytes).unwrap_or(Image::Cut(Format::Elf)),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] => macho(bytes).unwrap_or(Image::Cut(Format::MachO)),
        [b'M', b'Z', ..] => pe(bytes).unwrap_or(Image::Cut(Format::Pe)),
        _ => Image::Other,
    }
}

/// System V ABI, chapter 4: e_ident, e_type at 16, e_machine at 18; the
/// section headers stand at the end, so that a cut file ends before them.
fn elf(bytes: &[u8]) -> Option<Image> {
    const SHARED: u16 = 3;
    let big = *bytes.get(5)? == 2;
    let wide = *bytes.get(4)? == 2;
    let half = |at: usize| -> Option<u16> {
        let pair = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(if big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    };
    if half(16)? != SHARED {
        return Some(Image::NotLibrary(Format::Elf));
    }
    let (headers, count) = if wide {
        let at: [u8; 8] = bytes.get(40..48)?.try_into().ok()?;
        let at = if big {
            u64::from_be_bytes(at)
        } else {
            u64::from_le_bytes(at)
        };
        (usize::try_from(at).ok()?, usize::from(half(60)?) * 64)
    } else {
        let at: [u8; 4] = bytes.get(32..36)?.try_into().ok()?;
        let at = if big {
            u32::from_be_bytes(at)
        } else {
            u32::from_le_bytes(at)
        };
        (usize::try_from(at).ok()?, usize::from(half(48)?) * 40)
    };
    if headers.checked_add(count)? > bytes.len() {
        return None;
    }
    let machine = half(18)?;
    Some(Image::Library(Format::Elf, name(ELF_MACHINES, machine)))
}

/// `mach_header`: cputype at 4, filetype at 12 (6 is a dylib, 8 a bundle).
fn macho(bytes: &[u8]) -> Option<Image> {
    let word = |at: usize| -> Option<u32> {
        Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
    };
    Some(match word(12)? {
        6 | 8 => Image::Library(Format::MachO, name(MACHO_MACHINES, word(4)?)),
        _ => Image::NotLibrary(Format::MachO),
    })
}

/// The PE header's offset at 0x3c; machine behind its signature, and the
/// characteristics at 22 (0x2000 is a DLL).
fn pe(bytes: &[u8]) -> Option<Image> {
    let header = u32::from_le_bytes(bytes.get(0x3c..0x40)?.try_into().ok()?);
    let header = bytes.get(usize::try_from(header).ok()?..)?;
    let half = |at: usize| -> Option<u16> {
        Some(u16::from_le_bytes(header.get(at..at + 2)?.try_into().ok()?))
    };
    if half(22)? & 0x2000 == 0 {
        return Some(Image::NotLibrary(Format::Pe));
    }
    Some(Image::Library(Format::Pe, name(PE_MACHINES, half(4)?)))
}

fn name<T: PartialEq + Copy>(table: &[(T, &'static str)], machine: T) -> &'static str {
    table
        .iter()
        .find(|(code, _)| *code == machine)
        .map_or("another machine", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ELF header of a shared object without sections.
    fn header(machine: u16, kind: u16) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1]);
        bytes[16..18].copy_from_slice(&kind.to_le_bytes());
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes
    }

    #[test]
    fn a_library_of_another_machine_is_named_as_such() {
        assert_eq!(
            look(&header(243, 3)),
            Image::Library(Format::Elf, "riscv64")
        );
        let misfit = check(&header(21, 3)).unwrap_err();
        assert_eq!(misfit.found, "an ELF library for powerpc64");
    }

    #[test]
    fn a_program_a_picture_and_nothing_are_no_libraries() {
        assert_eq!(look(&header(62, 2)), Image::NotLibrary(Format::Elf));
        assert_eq!(look(b"\x89PNG\r\n"), Image::Other);
        assert_eq!(check(b"").unwrap_err().found, "an empty file");
    }

    #[test]
    fn a_library_cut_anywhere_is_not_given_to_the_loader() {
        let mut whole = header(62, 3);
        // Two section headers behind the file header.
        whole[40..48].copy_from_slice(&64u64.to_le_bytes());
        whole[60..62].copy_from_slice(&2u16.to_le_bytes());
        whole.resize(64 + 128, 0);
        assert!(matches!(look(&whole), Image::Library(..)));
        for length in 4..whole.len() {
            let cut = look(&whole[..length]);
            assert!(!matches!(cut, Image::Library(..)), "{length}: {cut:?}");
        }
    }
}
