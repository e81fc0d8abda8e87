//! What is begun with a browser and must be finished by the same one, once: the state waits in the store.
