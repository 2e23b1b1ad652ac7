//! Sign-in and the own profile.

mod get_authentication;
mod get_json_web_keys;
mod get_profile;
mod sign_in;
mod update_profile;
