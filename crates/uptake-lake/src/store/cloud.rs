//! Stores over a network: which address leads to which, and what of the environment says who asks.

use super::certain::Certain;
use object_store::path::Path;
use object_store::{ObjectStore, Result};
use std::sync::Arc;
use url::Url;

/// One kind of store over a network.
#[derive(Debug)]
pub struct Cloud {
    schemes: &'static [&'static str],
    /// How its settings in the environment begin; object_store knows them all.
    settings: &'static str,
    /// The settings that say who asks.
    pub who: &'static str,
}

const CLOUDS: [Cloud; 3] = [
    Cloud { schemes: &["s3", "s3a"], settings: "AWS_", who: "AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" },
    Cloud { schemes: &["gs"], settings: "GOOGLE_", who: "GOOGLE_SERVICE_ACCOUNT, a file with the key" },
    Cloud {
        schemes: &["az"],
        settings: "AZURE_",
        who: "AZURE_STORAGE_ACCOUNT_NAME, and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN",
    },
];

impl Cloud {
    pub fn of(scheme: &str) -> Option<&'static Cloud> {
        CLOUDS.iter().find(|cloud| cloud.schemes.contains(&scheme))
    }

    /// The store behind an address, made certain of what it hears, and the place in it. `more` goes before what the environment says.
    ///
    /// # Errors
    /// The environment lacks a setting, or has one that cannot be; there can be no such bucket.
    pub fn open(&self, url: &Url, more: Option<(&str, String)>) -> Result<(Arc<dyn ObjectStore>, Path)> {
        let texts =
            std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
        let settings = texts.filter(|(name, _)| name.starts_with(self.settings));
        let settings = settings.chain(more.map(|(name, value)| (name.to_string(), value)));
        // What is wrong with an address is told with all of it.
        let mut bare = url.clone();
        bare.set_query(None);
        let (objects, place) = object_store::parse_url_opts(&bare, settings)?;
        Ok((Arc::new(Certain(Arc::from(objects))), place))
    }
}
