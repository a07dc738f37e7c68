//! Under which address the server is known to the one who asks: made from a `Host` that was checked, or configured.
//!
//! A page of another site can make a browser ask loopback under a name of its own (DNS rebinding). Names are therefore
//! taken only where they are addresses, `localhost`, or the configured one.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use url::{Host, Url};

use super::error::ServeError;
use super::library::Library;

/// `http://host:port`, without a slash at the end; every request carries it as an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(pub String);

/// Refuses requests under foreign names (421, RFC 9110 15.5.20) and changes that another site's page asks for (403).
pub async fn guard(State(library): State<Arc<Library>>, mut request: Request, next: Next) -> Response {
    match judge(&library, &request) {
        Ok(base) => {
            request.extensions_mut().insert(base);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

fn judge(library: &Library, request: &Request) -> Result<Base, ServeError> {
    let public = library.public_url();
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().filter(|host| known(host, public)).ok_or(ServeError::Host)?,
        // RFC 9112 3.2: since HTTP/1.1 there is one, and only one.
        (None, None) if request.version() == Version::HTTP_10 => "",
        _ => return Err(ServeError::parameter("Host", "a request names one host, once")),
    };
    let base = match public {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None if host.is_empty() => format!("http://{}", library.listens_on()),
        None => format!("http://{host}"),
    };
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && let Some(origin) = request.headers().get(header::ORIGIN) {
        let ours = Url::parse(&base).map(|url| url.origin().ascii_serialization());
        if ours.ok().as_deref().map(str::as_bytes) != Some(origin.as_bytes()) {
            return Err(ServeError::Origin);
        }
    }
    Ok(Base(base))
}

/// Whether `host` (with or without a port) is an address, the machine itself, or the public name.
fn known(host: &str, public: Option<&Url>) -> bool {
    let Ok(url) = Url::parse(&format!("http://{host}/")) else { return false };
    // Userinfo, a path or a query would make other addresses out of it.
    if host.contains(['/', '\\', '?', '#', '@', ' ', '\t']) || url.path() != "/" {
        return false;
    }
    match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name.ends_with(".localhost")
                || public.and_then(Url::host_str).is_some_and(|known| known.eq_ignore_ascii_case(name))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_and_known_names_are_hosts() {
        let public = Url::parse("https://archive.example.vn/").unwrap();
        for (host, wanted) in [
            ("127.0.0.1:8471", true),
            ("[::1]:8471", true),
            ("localhost", true),
            ("Archive.Example.vn", true),
            ("evil.example", false),
            ("evil.example@127.0.0.1", false),
            ("127.0.0.1/x", false),
            ("127.0.0.1:8471:1", false),
            ("", false),
            ("localhost.evil.example", false),
        ] {
            assert_eq!(known(host, Some(&public)), wanted, "{host}");
        }
        assert!(!known("archive.example.vn", None));
    }
}
