//! The forms of the sign-in page, one for each thing that is asked. They need no script, and say what to do in plain
//! words.

use std::fmt::Write as _;

use axum::http::StatusCode;
use qrcode::{Color, EcLevel, QrCode};

use crate::app::App;
use crate::identity::oauth::html::{Page, escape};
use crate::identity::oauth::sealed::{Place, Position};
use crate::identity::oauth::uris::{percent_encode, policy_source};
use crate::kit::error::{ApiError, ApiResult};

/// What is said above a form, and with which status.
#[derive(Debug)]
pub struct Said {
    /// Of the answer.
    pub status: StatusCode,
    /// The words.
    pub words: String,
}

/// The page of a place. `action` is where its form goes, as seen from the page's own address.
pub fn form(app: &App, place: &Place, action: &str, said: Option<&Said>) -> ApiResult<Page> {
    let (heading, fields, button) = match &place.position {
        Position::Password => ("Sign in", password_fields(&place.name), "Sign in"),
        Position::Code { .. } => ("Your code", code_fields(), "Go on"),
        Position::NewPassword { .. } => {
            ("A new password", new_password_fields(&place.name), "Set the password")
        }
        Position::SetUp { secret, .. } => ("Set up your codes", set_up_fields(&place.name, secret)?, "Go on"),
    };
    let mut body = String::new();
    if let Some(said) = said {
        let _ = writeln!(body, "<p class=\"said\" role=\"alert\" id=\"said\">{}</p>", escape(&said.words));
    }
    let sealed = place.seal(app)?;
    let _ = writeln!(
        body,
        "<form method=\"post\" action=\"{action}\">\n<input type=\"hidden\" name=\"place\" value=\"{sealed}\">\n\
         {fields}<button>{button}</button>\n\
         <button class=\"quiet\" name=\"cancel\" value=\"yes\" formnovalidate>Cancel</button>\n</form>"
    );
    let status = said.map_or(StatusCode::OK, |said| said.status);
    Ok(Page { status, heading, body, leads_to: policy_source(&place.request.redirect_uri) })
}

fn password_fields(name: &str) -> String {
    let (on_name, on_password) = if name.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
    format!(
        "<label for=\"username\">E-mail address</label>\n\
         <input id=\"username\" name=\"username\" value=\"{}\" autocomplete=\"username\" inputmode=\"email\" \
         autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"200\" required{on_name}>\n\
         <label for=\"password\">Password</label>\n\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" \
         maxlength=\"256\" required{on_password}>\n",
        escape(name)
    )
}

fn code_fields() -> String {
    let hint =
        "<p class=\"hint\" id=\"hint\">The six digits that your authenticator app shows for Gridfolio.</p>\n";
    format!("{hint}{CODE}")
}

const CODE: &str = "<label for=\"code\">Code</label>\n\
    <input id=\"code\" name=\"code\" autocomplete=\"one-time-code\" inputmode=\"numeric\" pattern=\"[0-9 ]*\" \
    maxlength=\"10\" aria-describedby=\"hint\" required autofocus>\n";

fn new_password_fields(name: &str) -> String {
    // The name is there for password managers.
    format!(
        "<p class=\"hint\" id=\"hint\">Yours was set by somebody else. Choose one that only you know, \
         with at least twelve characters.</p>\n\
         <input name=\"known\" value=\"{}\" autocomplete=\"username\" hidden>\n\
         <label for=\"new\">New password</label>\n\
         <input id=\"new\" name=\"new\" type=\"password\" autocomplete=\"new-password\" maxlength=\"256\" \
         aria-describedby=\"hint\" required autofocus>\n\
         <label for=\"again\">The same again</label>\n\
         <input id=\"again\" name=\"again\" type=\"password\" autocomplete=\"new-password\" maxlength=\"256\" required>\n",
        escape(name)
    )
}

fn set_up_fields(name: &str, secret: &str) -> ApiResult<String> {
    let label = percent_encode(&format!("Gridfolio:{name}"));
    let address = format!("otpauth://totp/{label}?secret={secret}&issuer=Gridfolio");
    let grouped: Vec<&str> =
        secret.as_bytes().chunks(4).filter_map(|part| std::str::from_utf8(part).ok()).collect();
    Ok(format!(
        "<p id=\"hint\">Gridfolio asks for a code when you sign in. Scan this with an authenticator app, then type the \
         six digits that it shows.</p>\n{}\n<p class=\"hint\">On this device, or without a camera: \
         <a href=\"{}\">open the app</a>, or type this key into it: <code>{}</code></p>\n{CODE}",
        drawn(&address)?,
        escape(&address),
        escape(&grouped.join(" ")),
    ))
}

/// A QR code as SVG: one path, four modules of margin.
fn drawn(text: &str) -> ApiResult<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(ApiError::internal)?;
    let width = code.width();
    let mut path = String::new();
    for (place, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let _ = write!(path, "M{} {}h1v1h-1z", place % width + 4, place / width + 4);
    }
    let size = width + 8;
    Ok(format!(
        "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"QR code of the key below\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::drawn;

    /// The dark modules of a drawing, without its margin.
    fn dark(svg: &str) -> BTreeSet<(usize, usize)> {
        let path = svg.rsplit_once("d=\"").unwrap().1.split_once('"').unwrap().0;
        let module = |text: &str| {
            let (x, y) = text.strip_suffix("h1v1h-1z").unwrap().split_once(' ').unwrap();
            (x.parse::<usize>().unwrap() - 4, y.parse::<usize>().unwrap() - 4)
        };
        path.split('M').skip(1).map(module).collect()
    }

    #[test]
    fn the_drawing_is_the_right_way_up() {
        let svg = drawn("otpauth://totp/Gridfolio:a%40example.org?secret=ABCDEFGHIJKLMNOP&issuer=Gridfolio")
            .unwrap();
        let dark = dark(&svg);
        let width = dark.iter().map(|(x, _)| x + 1).max().unwrap();
        assert!(svg.contains(&format!("viewBox=\"0 0 {0} {0}\"", width + 8)));
        let square = |left: usize, top: usize| {
            let ring = |x: usize, y: usize| [x, y].into_iter().map(|n| n.abs_diff(3)).max().unwrap();
            (0..7).all(|x| (0..7).all(|y| dark.contains(&(left + x, top + y)) == (ring(x, y) != 2)))
        };
        let corners =
            [square(0, 0), square(width - 7, 0), square(0, width - 7), square(width - 7, width - 7)];
        assert_eq!(corners, [true, true, true, false]);
    }
}
