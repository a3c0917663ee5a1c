//! What a correction is to put in the place of a wrong name or phone: sealed for its request as long as that waits, then for
//! each submission, because contact data is bound to what it belongs to.

use minyi_domain::{
    submission::{Contact, Phone},
    text::ContactName,
};
use minyi_store::{Corrected, DataRequest, SealedCorrection};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::body::DataRequestEntry;
use crate::{
    problem::Problem,
    residents::submissions::{NAME_PURPOSE, PHONE_PURPOSE},
    state::AppState,
};

/// Purposes under which it is sealed; the owner is the request.
const CORRECT_NAME: &str = "correction.name";
const CORRECT_PHONE: &str = "correction.phone";

impl AppState {
    /// Seals what is to stand there for the request of this id.
    pub(super) fn seal_correction(&self, id: Uuid, contact: &Contact) -> Result<SealedCorrection, Problem> {
        let seal =
            |purpose: &str, text: Option<&str>| text.map(|text| self.keys.contact.seal(purpose, id, text)).transpose();
        Ok(SealedCorrection {
            name: seal(CORRECT_NAME, contact.name.as_ref().map(ContactName::as_str))?,
            phone: seal(CORRECT_PHONE, contact.phone.as_ref().map(Phone::as_str))?,
        })
    }

    /// Opens a request's correction and seals it for a submission.
    pub(super) fn reseal(
        &self,
        request: Uuid,
        new: &SealedCorrection,
        submission: Uuid,
    ) -> Result<Corrected, minyi_gateways::Error> {
        let contact = &self.keys.contact;
        let seal = |from: &str, to: &str, sealed: &[u8]| {
            let text = contact.open(from, request, sealed)?;
            Ok::<_, minyi_gateways::Error>((contact.seal(to, submission, text.expose_secret())?, text))
        };
        let name = new.name.as_ref().map(|sealed| seal(CORRECT_NAME, NAME_PURPOSE, sealed));
        let phone = new
            .phone
            .as_ref()
            .map(|sealed| seal(CORRECT_PHONE, PHONE_PURPOSE, sealed));
        let indexed = |(sealed, phone): (Vec<u8>, SecretString)| (sealed, self.keys.index.phone(phone.expose_secret()));
        Ok(Corrected {
            name: name.transpose()?.map(|(sealed, _)| sealed),
            phone: phone.transpose()?.map(indexed),
        })
    }

    /// A request as the signed-in person sees it: what a correction is to put there, the phone masked, as long as it waits.
    pub(super) fn request_entry(&self, request: DataRequest, own: Uuid) -> Result<DataRequestEntry, Problem> {
        let open = |purpose: &str, sealed: Option<&Vec<u8>>| {
            let opened = sealed.map(|sealed| self.keys.contact.open(purpose, request.id, sealed));
            opened.transpose()
        };
        let name = open(CORRECT_NAME, request.new_name_sealed.as_ref())?;
        let phone = open(CORRECT_PHONE, request.new_phone_sealed.as_ref())?;
        let name = name.map(|name| name.expose_secret().to_owned());
        let phone = phone.and_then(|phone| Some(Phone::parse(phone.expose_secret())?.masked()));
        Ok(DataRequestEntry::new(request, own, name, phone))
    }
}
