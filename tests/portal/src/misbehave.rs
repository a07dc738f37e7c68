//! Faults carried out.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::time::sleep;

use crate::answer::{Answer, HTML, build};
use crate::body::{Manner, PATIENCE, PortalBody};
use crate::fault::Fault;
use crate::page::{Chunk, Page};
use crate::route::param;
use crate::site::{Asked, Site};
use crate::spec::PortalSpec;

/// The `Server` field of a family's usual platform.
pub fn server_name(spec: &PortalSpec) -> HeaderValue {
    HeaderValue::from_static(spec.look().about().server)
}

/// The answer under a fault; an error ends the connection without one.
pub async fn answer(
    site: &Site,
    fault: Fault,
    asked: &Asked,
    gzip: bool,
    reset: &Arc<AtomicBool>,
) -> io::Result<Response<PortalBody>> {
    let broken = || io::Error::other("the portal broke off");
    match fault {
        Fault::NeverAnswers => {
            sleep(PATIENCE).await;
            Err(broken())
        }
        Fault::Close => Err(broken()),
        Fault::Reset { after: 0 } => {
            reset.store(true, Ordering::Release);
            Err(broken())
        }
        Fault::Slow { delay_ms } => {
            sleep(Duration::from_millis(delay_ms).min(PATIENCE)).await;
            Ok(site.answer(asked).respond(gzip))
        }
        Fault::CookieGate if asked.cookie.contains("D1N=") => Ok(site.answer(asked).respond(gzip)),
        fault => Ok(polite(site, &fault, asked)
            .map_or_else(|| rude(site, &fault, asked, gzip, reset), |answer| answer.respond(false))),
    }
}

/// Faults that keep to the protocol.
fn polite(site: &Site, fault: &Fault, asked: &Asked) -> Option<Answer> {
    Some(match fault {
        Fault::Status(status) => error(*status),
        Fault::RetryAfter { status, seconds } => error(*status).field("retry-after", seconds.to_string()),
        Fault::RedirectTo(to) => Answer::redirect(to),
        Fault::RedirectLoop => {
            let turn = param(&asked.query, "vong").and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
            Answer::redirect(format!("{}?vong={}", asked.path, turn.wrapping_add(1)))
        }
        Fault::Robots { status, text } => Answer::text(*status, "text/plain", text),
        Fault::SoftError200 => site.missing(),
        Fault::CookieGate | Fault::CookieWall => Answer::text(
            200,
            "text/html",
            "<html><body><script>document.cookie=\"D1N=5f1c0a7e9b3d4826af10c2d57e6b9384\"+\"; expires=Fri, 31 Dec 2099 23:59:59 GMT; path=/\";window.location.reload(true);</script></body></html>",
        ),
        Fault::LoginInPlace => site.login(),
        Fault::FirewallInPlace => Answer::text(
            200,
            HTML,
            "<html><head><title>Viettel WAF</title></head><body><h1>Request blocked</h1><p>Truy cập của bạn đã bị hệ thống tường lửa ngăn chặn vì có dấu hiệu bất thường. Vui lòng liên hệ quản trị viên và cung cấp mã sự kiện 4e1d-77.</p></body></html>",
        ),
        Fault::Captcha => Answer::text(
            200,
            HTML,
            "<html><head><title>Xác minh</title></head><body><h2>Vui lòng nhập mã CAPTCHA để tiếp tục</h2><p>Hệ thống nhận thấy nhiều truy cập từ địa chỉ của bạn. Hãy gõ các chữ trong hình dưới đây để chứng tỏ bạn là người.</p><form><img src=\"/captcha.png\"><input name=\"ma\"></form></body></html>",
        ),
        Fault::Notice => site.notice(),
        Fault::Login if asked.path == "/dang-nhap" => site.login(),
        Fault::Login => Answer::redirect(format!("/dang-nhap?returnUrl={}", asked.path)),
        Fault::Firewall => Answer::text(
            403,
            HTML,
            "<html><head><title>Access denied</title></head><body><h1>Access denied</h1><p>Yêu cầu của bạn đã bị chặn bởi hệ thống bảo vệ. Mã sự kiện: 4e1d-77</p></body></html>",
        )
        .field("server", "My web server"),
        Fault::Empty => Answer::text(200, HTML, ""),
        _ => return None,
    })
}

fn error(status: u16) -> Answer {
    let name = StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Error");
    Answer::text(
        status,
        "text/html",
        format!(
            "<html><head><title>{status} {name}</title></head><body><center><h1>{status} {name}</h1></center><hr></body></html>\n"
        ),
    )
}

/// Faults of the wire.
fn rude(site: &Site, fault: &Fault, asked: &Asked, gzip: bool, reset: &Arc<AtomicBool>) -> Response<PortalBody> {
    match fault {
        Fault::EndlessBody => {
            let line = "<p>Trang này không có điểm cuối.</p>\n".repeat(400);
            let body = PortalBody::new(vec![Bytes::from(line)], Manner::Endless);
            return build(Response::builder().header(header::CONTENT_TYPE, HTML), body);
        }
        Fault::GzipBomb { megabytes } => return bomb(*megabytes),
        _ => {}
    }
    let (mut head, pieces) = site.answer(asked).finish(gzip);
    let length: usize = pieces.iter().map(Bytes::len).sum();
    let body = match fault {
        Fault::Reset { after } => {
            head = head.header(header::CONTENT_LENGTH, length.max(after + 1));
            PortalBody::new(first(pieces, *after), Manner::Break(true)).resetting(reset)
        }
        Fault::ShortBody => {
            head = head.header(header::CONTENT_LENGTH, length + 1000);
            PortalBody::new(pieces, Manner::Break(false))
        }
        Fault::Stall => {
            head = head.header(header::CONTENT_LENGTH, length);
            PortalBody::new(first(pieces, length / 2), Manner::Stall)
        }
        Fault::Drip { interval_ms } => {
            PortalBody::new(pieces, Manner::Drip(Duration::from_millis((*interval_ms).max(1))))
        }
        Fault::HeadTooBig { bytes } => {
            let value = "x".repeat(4000);
            for n in 0..(bytes / 4016).clamp(1, 4096) {
                head = head.header(format!("x-filler-{n}"), value.as_str());
            }
            PortalBody::new(pieces, Manner::Whole(true))
        }
        _ => PortalBody::new(pieces, Manner::Whole(true)),
    };
    build(head, body)
}

/// The first `count` bytes.
fn first(pieces: Vec<Bytes>, count: usize) -> Vec<Bytes> {
    let mut left = count;
    let mut out = Vec::new();
    for mut piece in pieces {
        piece.truncate(left);
        left -= piece.len();
        if !piece.is_empty() {
            out.push(piece);
        }
    }
    out
}

/// One compressed megabyte of spaces, sent again and again.
fn bomb(megabytes: u32) -> Response<PortalBody> {
    let chunk = Chunk::new(" ".repeat(1 << 20));
    let mut page = Page::plain("<!DOCTYPE html>\n<html><body>");
    for _ in 0..megabytes.min(16_384) {
        page.fixed(&chunk);
    }
    page.own().push_str("</body></html>\n");
    let mut answer = Answer::page(page);
    answer.chunked = true;
    answer.respond(true)
}
