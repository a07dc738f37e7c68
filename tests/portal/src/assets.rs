//! Files beside the pages: small real images and documents, made from their address alone.

use std::fmt::Write as _;
use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::rng::Rng;

/// A PNG picture of 96 by 64 points.
pub fn png(path: &str) -> Vec<u8> {
    const WIDTH: u32 = 96;
    const HEIGHT: u32 = 64;
    let mut rng = Rng::part(0, path, 0);
    let (red, green, slope) = (rng.below(200) as u32, rng.below(200) as u32, rng.between(1, 5) as u32);
    let mut rows = Vec::with_capacity((WIDTH as usize * 3 + 1) * HEIGHT as usize);
    for y in 0..HEIGHT {
        rows.push(0);
        for x in 0..WIDTH {
            let grain = (rng.next() & 3) as u32;
            rows.extend([red + x / 3, green + y / 2, x * slope / 2 + grain].map(|v| v.min(255) as u8));
        }
    }
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = packer.write_all(&rows);
    let data = packer.finish().unwrap_or_default();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend(WIDTH.to_be_bytes());
    head.extend(HEIGHT.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    chunk(&mut out, *b"IHDR", &head);
    chunk(&mut out, *b"IDAT", &data);
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    out.extend((data.len() as u32).to_be_bytes());
    out.extend(kind);
    out.extend(data);
    out.extend(sum.sum().to_be_bytes());
}

/// A one-page PDF that names its address.
pub fn pdf(path: &str) -> Vec<u8> {
    let line: String = path.chars().filter(|c| c.is_ascii() && !matches!(c, '(' | ')' | '\\')).collect();
    let stream = format!("BT /F1 12 Tf 72 770 Td (Van ban dinh kem {line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut table = String::new();
    for (n, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let start = out.len();
    let count = objects.len() + 1;
    let _ = write!(
        out,
        "xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    out.into_bytes()
}
