//! blobcast: stub
