//! The control folder: orders that arrange worlds, as JSON files (a convention of this harness).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Controlling;
use crate::backend::oqs::control::{Order, Reply};
use crate::backend::oqs::folder::{BackOff, read_whole, write_whole};

/// Largest order that is read.
const ORDER_MAX: u64 = 8 << 20;
/// Most orders of one round.
const ROUND_MAX: usize = 64;
/// How many looks an order that is no JSON is given to become whole.
const LOOKS_MAX: u32 = 20;

/// `uketsuke/req` and `uketsuke/res` in a served folder.
#[derive(Debug)]
pub struct ControlFolder {
    req: PathBuf,
    res: PathBuf,
    /// An order that is not whole, and how often it was looked at. One at a time is enough: who
    /// keeps to the convention renames whole files.
    waiting: Option<(String, u32)>,
}

impl ControlFolder {
    /// Makes the folders in `root`. Their presence announces that orders are taken.
    ///
    /// # Errors
    ///
    /// Where they cannot be made.
    pub fn create(root: &Path) -> io::Result<ControlFolder> {
        let control = root.join("uketsuke");
        fs::create_dir_all(control.join("res"))?;
        fs::create_dir_all(control.join("req"))?;
        Ok(ControlFolder {
            req: control.join("req"),
            res: control.join("res"),
            waiting: None,
        })
    }

    /// Carries out orders until `stop` holds true or its sender is gone.
    pub async fn serve(
        &mut self,
        controlling: &mut dyn Controlling,
        mut stop: tokio::sync::watch::Receiver<bool>,
    ) {
        let mut back_off = BackOff::default();
        while !*stop.borrow() {
            if self.round(controlling).await > 0 {
                back_off = BackOff::default();
            }
            tokio::select! {
                () = tokio::time::sleep(back_off.next_wait()) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    /// Carries out the orders that are there. Returns how many.
    pub async fn round(&mut self, controlling: &mut dyn Controlling) -> usize {
        let req = self.req.clone();
        let Ok(Ok(orders)) = tokio::task::spawn_blocking(move || scan(&req)).await else {
            return 0;
        };
        let mut done = 0;
        for (name, bytes) in orders {
            let reply = match bytes.as_deref().map(serde_json::from_slice::<Order>) {
                Some(Ok(order)) => match controlling.control(order).await {
                    Ok(arranged) => Reply::Done(arranged),
                    Err(error) => Reply::Error { error },
                },
                Some(Err(error)) if error.is_eof() && self.may_grow(&name) => continue,
                Some(Err(error)) => Reply::Error {
                    error: format!("this is no order: {error}"),
                },
                None => Reply::Error {
                    error: format!(
                        "this is no order: larger than {ORDER_MAX} bytes, or no plain file"
                    ),
                },
            };
            let (req, res) = (self.req.clone(), self.res.clone());
            let settled =
                tokio::task::spawn_blocking(move || settle(&req, &res, &name, &reply)).await;
            done += usize::from(settled.unwrap_or(false));
        }
        done
    }

    fn may_grow(&mut self, name: &str) -> bool {
        let looks = match &self.waiting {
            Some((waiting, looks)) if waiting == name => looks + 1,
            _ => 0,
        };
        self.waiting = Some((name.to_owned(), looks));
        looks < LOOKS_MAX
    }
}

/// Lists and reads the orders. Blocking.
fn scan(req: &Path) -> io::Result<Vec<(String, Option<Vec<u8>>)>> {
    let mut names: Vec<String> = fs::read_dir(req)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".json") && !name.starts_with('.'))
        .take(ROUND_MAX)
        .collect();
    names.sort();
    let mut orders = Vec::new();
    for name in names {
        match read_whole(&req.join(&name), ORDER_MAX) {
            Ok(bytes) => orders.push((name, Some(bytes))),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => orders.push((name, None)),
            Err(_) => {}
        }
    }
    Ok(orders)
}

fn settle(req: &Path, res: &Path, name: &str, reply: &Reply) -> bool {
    let Ok(bytes) = serde_json::to_vec(reply) else {
        return false;
    };
    if let Err(error) = write_whole(res, name, &bytes) {
        tracing::warn!("an order's answer cannot be written: {error}");
    }
    // An order is carried out once, whether its answer could be written or not.
    fs::remove_file(req.join(name)).is_ok()
}
