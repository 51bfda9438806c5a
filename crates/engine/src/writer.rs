//! The one place where this program writes to the database while it serves.
//!
//! Changes wait in a queue of bounded length. Those that wait at the same moment are made in
//! one transaction and made durable together, so that many people who save share one wait for
//! the disk. What a change adds to the history is written with it.

use std::future::Future;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use store::{Db, NewEvent, StoreError, Transaction};
use tokio::sync::{mpsc, oneshot};

use crate::error::EngineError;

/// How many changes share one transaction at most.
const BATCH: usize = 128;

/// How long a transaction may take: the next must not wait for a database that has fallen silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// A change to the database, with what it adds to the history.
///
/// It may be made more than once before it lasts: each time anew, from the beginning.
pub trait Change: Send + Sync + 'static {
    /// What comes of it.
    type Done: Send + 'static;

    /// Whether an error means that nothing was written: then the changes beside it go on.
    const CHECKS_FIRST: bool = false;

    /// Makes the change.
    fn make(
        &self,
        tx: &Transaction,
        history: &mut Vec<NewEvent>,
    ) -> impl Future<Output = Result<Self::Done, EngineError>> + Send;
}

/// Hands changes to the one task that writes. A clone writes through the same task.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<Box<dyn Waiting>>,
    closed: Arc<AtomicBool>,
}

impl Writer {
    /// Starts the task that writes to `db`; at most `queue` changes wait for it.
    ///
    /// The task ends when the last clone of the writer is gone and the queue is empty.
    pub fn start(db: Db, queue: usize) -> (Self, tokio::task::JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(queue);
        let writer = Self { queue: sender, closed: Arc::default() };
        (writer, tokio::spawn(run(db, receiver)))
    }

    /// Makes `change` and waits until it lasts.
    ///
    /// [`EngineError::Busy`] where too many changes are waiting already, or none is taken any more.
    pub async fn make<C: Change>(&self, change: C) -> Result<C::Done, EngineError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(EngineError::Busy);
        }
        let (sender, receiver) = oneshot::channel();
        let waiting = Queued { change, sender: Some(sender), done: None };
        self.queue.try_send(Box::new(waiting)).map_err(|_| EngineError::Busy)?;
        receiver.await.map_err(|_| EngineError::Busy)?
    }

    /// Makes the change that `how` makes of `given`, and waits until it lasts.
    pub async fn run<G, T>(&self, given: G, how: How<G, T>) -> Result<T, EngineError>
    where
        G: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.make(Made { given, how }).await
    }

    /// Takes no more changes, from any clone. Those that wait are made.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// How many changes wait.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

/// How a change is made of what it is given: a closure that holds nothing of its own.
pub type How<G, T> = for<'a> fn(
    &'a G,
    &'a Transaction,
    &'a mut Vec<NewEvent>,
) -> BoxFuture<'a, Result<T, EngineError>>;

/// A change that is a function of what it is given.
struct Made<G, T> {
    given: G,
    how: How<G, T>,
}

impl<G: Send + Sync + 'static, T: Send + 'static> Change for Made<G, T> {
    type Done = T;

    async fn make(&self, tx: &Transaction, history: &mut Vec<NewEvent>) -> Result<T, EngineError> {
        (self.how)(&self.given, tx, history).await
    }
}

/// What came of one attempt to make a change.
enum Outcome {
    /// It is made, or refused without a trace.
    Fine,
    /// The transaction cannot be used any more.
    Broken,
}

/// A change in the queue.
trait Waiting: Send {
    fn make<'a>(
        &'a mut self,
        tx: &'a Transaction,
        history: &'a mut Vec<NewEvent>,
    ) -> BoxFuture<'a, Outcome>;

    /// Tells who waits what came of it.
    fn tell(&mut self);

    /// Tells who waits that it failed.
    fn fail(&mut self, error: EngineError);
}

struct Queued<C: Change> {
    change: C,
    sender: Option<oneshot::Sender<Result<C::Done, EngineError>>>,
    done: Option<Result<C::Done, EngineError>>,
}

impl<C: Change> Waiting for Queued<C> {
    fn make<'a>(
        &'a mut self,
        tx: &'a Transaction,
        history: &'a mut Vec<NewEvent>,
    ) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let done = self.change.make(tx, history).await;
            let broken = match &done {
                Ok(_) => false,
                Err(EngineError::Store(_)) => true,
                Err(_) => !C::CHECKS_FIRST,
            };
            self.done = Some(done);
            if broken { Outcome::Broken } else { Outcome::Fine }
        })
    }

    fn tell(&mut self) {
        let done = self.done.take().unwrap_or(Err(EngineError::Busy));
        if let Some(sender) = self.sender.take() {
            // Nobody waits any more when the connection is gone; the change lasts all the same.
            _ = sender.send(done);
        }
    }

    fn fail(&mut self, error: EngineError) {
        self.done = Some(Err(error));
        self.tell();
    }
}

async fn run(db: Db, mut queue: mpsc::Receiver<Box<dyn Waiting>>) {
    while let Some(first) = queue.recv().await {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match queue.try_recv() {
                Ok(next) => batch.push(next),
                Err(_) => break,
            }
        }
        // They are told when the others last: what they then read is what kept them from it.
        let mut refused = Vec::new();
        while !batch.is_empty() {
            let written = write(&db, &mut batch, &mut refused);
            let written = tokio::time::timeout(PATIENCE, written).await;
            if let Err(error) = written.unwrap_or_else(|_| Err(too_slow())) {
                let error = Arc::new(error);
                for it in &mut mem::take(&mut batch) {
                    it.fail(EngineError::NotWritten(Arc::clone(&error)));
                }
            }
        }
        for it in &mut refused {
            it.tell();
        }
    }
}

fn too_slow() -> StoreError {
    StoreError::Unreachable {
        doing: "make changes last".into(),
        source: "the database took too long".into(),
    }
}

/// Makes the changes of `batch` in one transaction and takes those out that are dealt with:
/// all, or the one that spoilt it for the others, which is then among the `refused`.
async fn write(
    db: &Db,
    batch: &mut Vec<Box<dyn Waiting>>,
    refused: &mut Vec<Box<dyn Waiting>>,
) -> Result<(), StoreError> {
    let tx = db.begin().await?;
    let mut history = Vec::new();
    for i in 0..batch.len() {
        if let Outcome::Broken = batch[i].make(&tx, &mut history).await {
            tx.rollback().await?;
            refused.push(batch.remove(i));
            return Ok(());
        }
    }
    store::events::append(&tx, history).await?;
    tx.commit().await?;
    for it in batch.iter_mut() {
        it.tell();
    }
    batch.clear();
    Ok(())
}
