//! Takes the terminal over and gives it back as it was, whatever happens in between.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::{Hide, Show};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use super::model::Model;
use super::view::view;

/// Whether the terminal is taken over: giving it back twice would clear the user's screen.
static TAKEN: AtomicBool = AtomicBool::new(false);

type PanicHook = dyn Fn(&PanicHookInfo<'_>) + Sync + Send;

/// The terminal while it is ours; given back when dropped.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    hook: Arc<PanicHook>,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    ///
    /// Where there is none, or none that can move the cursor.
    pub fn take() -> io::Result<Screen> {
        if !io::stdout().is_terminal()
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
        {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "standard output is not a terminal that can move the cursor, expected one for the \
                 terminal UI; `uketsuke run` plays scenarios without it",
            ));
        }
        let hook: Arc<PanicHook> = Arc::from(panic::take_hook());
        let previous = Arc::clone(&hook);
        let ours = thread::current().id();
        panic::set_hook(Box::new(move |info| {
            // A panic of the playing thread is caught and shown; it must not write on the screen.
            if thread::current().id() == ours || cfg!(panic = "abort") {
                give_back();
                previous(info);
            }
        }));
        let terminal = enter()
            .and_then(|()| Terminal::new(CrosstermBackend::new(BufWriter::new(io::stdout()))));
        match terminal {
            Ok(terminal) => Ok(Screen { terminal, hook }),
            Err(error) => {
                give_back();
                restore_hook(&hook);
                Err(error)
            }
        }
    }

    /// Returns width and height in cells.
    ///
    /// # Errors
    ///
    /// Where the terminal does not tell.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws the model, in one go where the terminal can.
    ///
    /// # Errors
    ///
    /// Where the terminal cannot be written to.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| view(model, frame))?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }

    /// Gives the terminal back for a while.
    pub fn pause(&mut self) {
        give_back();
    }

    /// Takes the terminal over again; everything is drawn anew.
    ///
    /// # Errors
    ///
    /// Where the terminal cannot be set up.
    pub fn resume(&mut self) -> io::Result<()> {
        // Someone else may have changed the modes while we were stopped.
        let _ = disable_raw_mode();
        enter()?;
        // Not `clear`: it asks the terminal where the cursor is, and our own reader of keys would
        // swallow the answer. A resize forgets what was drawn, too.
        let size = self.terminal.size()?;
        self.terminal
            .resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
        restore_hook(&self.hook);
    }
}

fn restore_hook(hook: &Arc<PanicHook>) {
    // Hooks cannot be changed while panicking; the process is about to end then.
    if !thread::panicking() {
        let hook = Arc::clone(hook);
        panic::set_hook(Box::new(move |info| hook(info)));
    }
}

fn enter() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, Hide)
}

/// Gives the terminal back, once. Errors are of no use any more: there is nobody to tell.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            io::stdout(),
            EndSynchronizedUpdate,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
        let _ = io::stdout().flush();
    }
}
