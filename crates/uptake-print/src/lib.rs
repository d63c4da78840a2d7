//! soon
pub fn pdf(_: &[uptake_draw::Page]) -> Result<Vec<u8>, std::fmt::Error> { Ok(vec![]) }
