//! Vectors for texts, images and films ("Embeddings", "Text embedding", "Multimodal embedding").

mod compatible;
mod multimodal;
mod text;
mod vector;

pub use compatible::{Embedding, EmbeddingRequest, EmbeddingUsage, Embeddings};
pub use multimodal::{
    Contents, EmbeddingContent, MultimodalEmbedding, MultimodalEmbeddingOutput,
    MultimodalEmbeddingParameters, MultimodalEmbeddingRequest, MultimodalEmbeddingUsage,
    MultimodalEmbeddings,
};
pub use text::{
    SparseValue, TextEmbedding, TextEmbeddingOutput, TextEmbeddingParameters, TextEmbeddingRequest,
    TextEmbeddings, Texts,
};
