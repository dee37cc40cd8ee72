//! `multipart/form-data` (RFC 7578), as far as the envelope needs it: fields of
//! text, and one that holds bytes.

/// Fields in their order.
pub(crate) type Fields = Vec<(String, Vec<u8>)>;

/// Writes fields; gives the body and its content type. `token` makes the
/// boundary, and nothing in the fields may hold it.
pub(crate) fn write(fields: &[(&str, &[u8])], token: &str) -> (Vec<u8>, String) {
    let mut boundary = format!("scrubjay-{token}");
    while fields
        .iter()
        .any(|(_, value)| find(value, boundary.as_bytes(), 0).is_some())
    {
        boundary.push('x');
    }
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (body, format!("multipart/form-data; boundary={boundary}"))
}

/// Reads the fields of a body; `None` where it is no such body.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Option<Fields> {
    let boundary = boundary_of(content_type)?;
    let mark = format!("--{boundary}");
    let mut at = find(body, mark.as_bytes(), 0)? + mark.len();
    let mut fields = Fields::new();
    while !body[at..].starts_with(b"--") {
        let start = skip_line(body, at)?;
        let end_of_part = find(
            body,
            format!("\n{mark}").as_bytes(),
            start.saturating_sub(1),
        )?;
        let part = &body[start..end_of_part.max(start)];
        let part = part.strip_suffix(b"\r").unwrap_or(part);
        let (head, value) = split_head(part)?;
        fields.push((name_of(&String::from_utf8_lossy(head))?, value.to_vec()));
        at = end_of_part + 1 + mark.len();
    }
    Some(fields)
}

fn boundary_of(content_type: &str) -> Option<String> {
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next()?.to_ascii_lowercase();
    if !kind.starts_with("multipart/") {
        return None;
    }
    let boundary = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"').to_owned())
    })?;
    (!boundary.is_empty()).then_some(boundary)
}

/// The head of a part and what follows its empty line.
fn split_head(part: &[u8]) -> Option<(&[u8], &[u8])> {
    for gap in [&b"\r\n\r\n"[..], b"\n\n"] {
        if let Some(at) = find(part, gap, 0) {
            return Some((&part[..at], &part[at + gap.len()..]));
        }
    }
    None
}

fn name_of(head: &str) -> Option<String> {
    let line = head.lines().find(|line| {
        line.to_ascii_lowercase()
            .starts_with("content-disposition:")
    })?;
    line.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        (name.trim().eq_ignore_ascii_case("name"))
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn skip_line(body: &[u8], at: usize) -> Option<usize> {
    find(body, b"\n", at).map(|end| end + 1)
}

fn find(within: &[u8], what: &[u8], from: usize) -> Option<usize> {
    within
        .get(from..)?
        .windows(what.len())
        .position(|window| window == what)
        .map(|at| at + from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_whatever_is_in_it() {
        let awkward: [&[u8]; 6] = [
            b"",
            b"ISA*00*~\r\n",
            b"--scrubjay-t\r\n--scrubjay-t--",
            b"\r\n\r\n",
            b"\n--\n",
            &[0, 255, 13, 10, 45, 45],
        ];
        for value in awkward {
            let fields: [(&str, &[u8]); 3] = [("A", b"one"), ("Payload", value), ("B", value)];
            let (body, content_type) = write(&fields, "t");
            let read = read(&content_type, &body).unwrap();
            let expected: Fields = fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
                .collect();
            assert_eq!(read, expected);
        }
    }

    #[test]
    fn what_other_programs_write_is_read_too() {
        let body = b"preamble\r\n--b1\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=\"ErrorCode\"\r\n\r\nSuccess\r\n--b1--\r\nepilogue";
        let fields = read("Multipart/Form-Data; charset=utf-8; Boundary=\"b1\"", body).unwrap();
        assert_eq!(fields, [("ErrorCode".to_owned(), b"Success".to_vec())]);
        for (content_type, body) in [
            ("text/html", &b"<html>"[..]),
            ("multipart/form-data", b"--b"),
            ("multipart/form-data; boundary=b", b"nothing"),
            ("multipart/form-data; boundary=b", b"--b\r\nno end"),
            (
                "multipart/form-data; boundary=b",
                b"--b\r\n\r\nno name\r\n--b--",
            ),
            ("multipart/form-data; boundary=b", b"--b"),
        ] {
            assert_eq!(read(content_type, body), None, "{content_type}");
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let fields: [(&str, &[u8]); 2] = [("A", b"one"), ("Payload", b"two\r\n--x")];
        let (body, content_type) = write(&fields, "t");
        for cut in 0..body.len() {
            let _ = read(&content_type, &body[..cut]);
            let mut changed = body.clone();
            changed[cut] ^= 0x20;
            let _ = read(&content_type, &changed);
        }
    }
}
