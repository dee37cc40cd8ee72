//! The fields of the CORE envelope (phase II rule 270, 4.4.2), asked and answered.

use chrono::{DateTime, SecondsFormat, Utc};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::multipart::{self, Fields};
use crate::settings::{Credentials, Settings};

/// The version of the rule that is spoken.
const RULE_VERSION: &str = "2.2.0";

/// What is asked of the other side.
pub(crate) struct Request<'a> {
    pub(crate) payload_type: &'a str,
    pub(crate) payload_id: &'a str,
    /// What is submitted; `None` asks for what waits.
    pub(crate) payload: Option<&'a [u8]>,
    pub(crate) at: DateTime<Utc>,
}

/// What the other side answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) payload_id: String,
    pub(crate) error_code: String,
    pub(crate) error_message: String,
    pub(crate) payload: Vec<u8>,
    checksum: String,
}

impl Request<'_> {
    /// The body and its content type.
    pub(crate) fn write(&self, settings: &Settings) -> (Vec<u8>, String) {
        let stamp = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let length = self.payload.map(|payload| payload.len().to_string());
        let sum = self.payload.map(checksum);
        let mut fields: Vec<(&str, &[u8])> = vec![
            ("PayloadType", self.payload_type.as_bytes()),
            ("ProcessingMode", b"Batch"),
            ("PayloadID", self.payload_id.as_bytes()),
        ];
        if let Some(length) = &length {
            fields.push(("PayloadLength", length.as_bytes()));
        }
        fields.push(("TimeStamp", stamp.as_bytes()));
        if let Credentials::Password { user, password } = &settings.credentials {
            fields.push(("UserName", user.as_bytes()));
            fields.push(("Password", password.as_bytes()));
        }
        fields.extend([
            ("SenderID", settings.sender.as_bytes()),
            ("ReceiverID", settings.receiver.as_bytes()),
            ("CORERuleVersion", RULE_VERSION.as_bytes()),
        ]);
        if let (Some(sum), Some(payload)) = (&sum, self.payload) {
            fields.push(("CheckSum", sum.as_bytes()));
            fields.push(("Payload", payload));
        }
        multipart::write(&fields, self.payload_id)
    }
}

impl Answer {
    /// Reads an answer; `None` where it is no envelope.
    pub(crate) fn read(content_type: &str, body: &[u8]) -> Option<Self> {
        let fields = multipart::read(content_type, body)?;
        let answer = Self {
            payload_id: text(&fields, "PayloadID"),
            error_code: text(&fields, "ErrorCode"),
            error_message: text(&fields, "ErrorMessage"),
            checksum: text(&fields, "CheckSum"),
            payload: bytes(&fields, "Payload").unwrap_or_default(),
        };
        (!answer.error_code.is_empty() || !answer.payload.is_empty()).then_some(answer)
    }

    /// Whether all went well.
    pub(crate) fn is_success(&self) -> bool {
        self.error_code.is_empty() || self.error_code.eq_ignore_ascii_case("success")
    }

    /// Whether the payload is what was sent, as far as the other side says so.
    pub(crate) fn is_whole(&self) -> bool {
        self.checksum.is_empty() || self.checksum.eq_ignore_ascii_case(&checksum(&self.payload))
    }
}

fn bytes(fields: &Fields, name: &str) -> Option<Vec<u8>> {
    let field = fields.iter().find(|(field, _)| field == name);
    field.map(|(_, value)| value.clone())
}

fn text(fields: &Fields, name: &str) -> String {
    let value = bytes(fields, name).unwrap_or_default();
    let text = String::from_utf8_lossy(&value);
    // What the other side says is shown to people: one line of it, no more.
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// SHA-1, in hexadecimal, as the rule has it.
fn checksum(payload: &[u8]) -> String {
    hex(&Sha1::digest(payload))
}

/// The id of a payload, made of what it is: the same file has the same id
/// whenever it is sent. A UUID of the kind that its maker defines (RFC 9562,
/// version 8).
pub(crate) fn payload_id(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut id = [0u8; 16];
    id.copy_from_slice(&hasher.finalize()[..16]);
    id[6] = (id[6] & 0x0f) | 0x80;
    id[8] = (id[8] & 0x3f) | 0x80;
    let digits = hex(&id);
    format!(
        "{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_carries_every_field_of_the_rule_and_an_answer_is_understood() {
        let mut settings = Settings::new("https://a/", "S", "R");
        settings.credentials = Credentials::Password {
            user: "u".to_owned(),
            password: "p".to_owned(),
        };
        let id = payload_id(&[b"name", b"ISA"]);
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'8');
        assert_ne!(id, payload_id(&[b"nameI", b"SA"]));
        let request = Request {
            payload_type: "X12_837_Request_005010X222A1",
            payload_id: &id,
            payload: Some(b"abc"),
            at: DateTime::UNIX_EPOCH,
        };
        let (body, content_type) = request.write(&settings);
        let fields = multipart::read(&content_type, &body).unwrap();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "PayloadType",
                "ProcessingMode",
                "PayloadID",
                "PayloadLength",
                "TimeStamp",
                "UserName",
                "Password",
                "SenderID",
                "ReceiverID",
                "CORERuleVersion",
                "CheckSum",
                "Payload"
            ]
        );
        assert_eq!(text(&fields, "TimeStamp"), "1970-01-01T00:00:00Z");
        // The example of FIPS 180.
        assert_eq!(
            text(&fields, "CheckSum"),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        let answer = Answer::read(&content_type, &body).unwrap();
        assert!(answer.is_success() && answer.is_whole());
        let other = body.iter().map(|b| if *b == b'3' { b'4' } else { *b });
        let other: Vec<u8> = other.collect();
        assert!(Answer::read(&content_type, &other).is_none_or(|answer| !answer.is_whole()));
    }
}
