/**
 * A model server with OpenAI's API for one machine: a real transformer for embeddings, and a small n-gram generator,
 * which is no language model to speak of, for chat completions.
 */
package io.tallystick.devstack.model;
