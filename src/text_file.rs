//! Reads text files, no further than they may be long.

use std::io::{self, Read as _};
use std::path::Path;

/// Reads a file of at most so many bytes.
///
/// # Errors
///
/// Where it cannot be read, is longer, or is not UTF-8.
pub fn read(path: &Path, bytes_max: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::other(format!(
            "it has more than {bytes_max} bytes; that is no such file"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to() + 1;
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("byte {place} is not UTF-8; save the file as UTF-8"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        std::fs::write(&path, "受付").unwrap();
        assert_eq!(read(&path, 6).unwrap(), "受付");
        assert!(
            read(&path, 5)
                .unwrap_err()
                .to_string()
                .contains("more than 5 bytes")
        );
        std::fs::write(&path, b"ab\xff").unwrap();
        assert!(
            read(&path, 6)
                .unwrap_err()
                .to_string()
                .starts_with("byte 3 ")
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_never_ends_is_too_long() {
        let endless = Path::new("/dev/zero");
        assert!(
            read(endless, 1_000)
                .unwrap_err()
                .to_string()
                .contains("1000")
        );
    }
}
